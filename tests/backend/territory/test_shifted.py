"""GCJ-02 and BD-09 back to CGCS2000, against pairs that other implementations of the public formulas publish."""

import numpy as np
import pytest
from pyproj import Geod

from backend.territory.shifted import BD09, GCJ02, to_bd09, to_gcj02, unshifted

# lat, lon true; lat, lon shifted: test data of eviltransform
GCJ_PAIRS = [
    (31.1774276, 121.5272106, 31.17530398364597, 121.531541859215),
    (22.543847, 113.912316, 22.540796131694766, 113.9171764808363),
    (39.911954, 116.377817, 39.91334545536069, 116.38404722455657),
]
BD_PAIRS = [
    (30.513412637358606, 114.35114337613005, 30.517411, 114.363089)
]  # of coordtransform, by its own simpler way back


@pytest.mark.parametrize(
    ("datum", "pair"), [*((GCJ02, pair) for pair in GCJ_PAIRS), *((BD09, pair) for pair in BD_PAIRS)]
)
def test_published_pairs_come_back_within_a_few_metres(datum, pair):
    lat, lon, shifted_lat, shifted_lon = pair
    back = unshifted(np.array([shifted_lon]), np.array([shifted_lat]), datum)
    assert Geod(ellps="GRS80").inv(lon, lat, back[0][0], back[1][0])[2] < 3


def test_there_and_back_is_less_than_a_millimetre():
    lons, lats = (grid.ravel() for grid in np.meshgrid(np.linspace(75, 134, 40), np.linspace(18, 53, 40)))
    gcj = to_gcj02(lons, lats)
    for datum, moved in ((GCJ02, gcj), (BD09, to_bd09(*gcj))):
        back = unshifted(*moved, datum)
        _, _, metres = Geod(ellps="GRS80").inv(lons, lats, *back)
        assert np.max(metres) < 0.001
