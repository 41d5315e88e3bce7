"""Who signed a record and how that is proven: how many inspectors, the witness of a refusal, the PIN or the device's key."""

from typing import Any

import msgspec

from backend.accounts.keys import is_signed_by
from backend.accounts.models import DeviceKey, User, with_roles
from backend.dispatch.kinds import MAY_ENFORCE, RULES, Kind
from backend.dispatch.models import Task
from backend.foundation.problems import Problem
from backend.foundation.shapes import decode
from backend.inspections import problems
from backend.inspections.bodies import DeviceSignature, NewInspection
from backend.inspections.models import Proof
from backend.journal.recording import origin_now


def check_signatures(new: NewInspection) -> None:
    """Both sides have signed, or the subject's refusal has its reason. Raises signed_twice, signature_missing."""
    if len({s.role for s in new.signatures}) < len(new.signatures):
        raise problems.SIGNED_TWICE.because()
    signed = {s.role for s in new.signatures if s.sha256 or (s.role == "subject" and s.refused_reason)}
    if signed != {"inspector", "subject"}:
        raise problems.SIGNATURE_MISSING.because(missing=sorted({"inspector", "subject"} - signed))


def check_inspectors(new: NewInspection, task: Task, user: User) -> list[User]:
    """The others who took part. Where the law lets nobody enforce alone, two who may enforce there have signed, and a
    refusal has its witness. Raises unknown_inspector, inspectors_missing, signature_missing, witness_missing."""
    ids = [fellow.user_id for fellow in new.inspectors]
    found = {person.pk: person for person in User.objects.filter(pk__in=ids, is_active=True)}
    if strange := [str(one) for one in ids if one not in found or one == user.pk or ids.count(one) > 1]:
        raise problems.UNKNOWN_INSPECTOR.because(inspectors=strange)
    fellows = with_roles(found[one] for one in ids)
    need = RULES[Kind(task.dispatch.kind)].inspectors
    if need > 1:
        able = [person for person in [user, *fellows] if _may_enforce(person, task)]
        if len(able) < need:
            raise problems.INSPECTORS_MISSING.because(needed=need, able=[person.name for person in able])
        if bare := [found[f.user_id].name for f in new.inspectors if not f.sha256]:
            raise problems.SIGNATURE_MISSING.because(missing=bare)
        if any(s.refused_reason and not s.sha256 and not (s.witness or "").strip() for s in new.signatures):
            raise problems.WITNESS_MISSING.because()
    return fellows


def _may_enforce(person: User, task: Task) -> bool:
    return any(held.role in MAY_ENFORCE and task.grid.code.startswith(held.division) for held in person.held_today())


def proof_of(new: NewInspection, task: Task, user: User, *, pin_given: bool) -> dict[str, Any]:
    """Columns that say how it is proven that this person signed.

    Raises device_signature_wrong (it is there but does not fit), device_signature_missing (the device had a key when the visit
    began), proof_missing (nothing proves it, and the kind of task wants proof).
    """
    columns: dict[str, Any] = {"proof": Proof.PIN if pin_given else Proof.NONE}
    if new.device_signature:
        columns = _verified(new, new.device_signature, user)
        if pin_given and columns["proof"] == Proof.REVOKED:
            columns["proof"] = Proof.PIN
    elif not pin_given and _has_key(new, user):
        raise problems.DEVICE_SIGNATURE_MISSING.because()
    if RULES[Kind(task.dispatch.kind)].inspectors > 1 and columns["proof"] not in (Proof.PIN, Proof.DEVICE):
        raise problems.PROOF_MISSING.because(kind=task.dispatch.kind)
    return columns


def _has_key(new: NewInspection, user: User) -> bool:
    """A key that was registered after the visit had begun cannot have been asked for."""
    device = origin_now().device
    keys = DeviceKey.objects.filter(user=user, device=device, revoked_at=None, registered_at__lte=new.started_at)
    return device is not None and keys.exists()


def _verified(new: NewInspection, given: DeviceSignature, user: User) -> dict[str, Any]:
    key, device = DeviceKey.objects.filter(pk=given.key_id, user=user).first(), origin_now().device
    if key is None or device not in (None, key.device_id) or not _says_the_same(given.text, new):
        raise problems.DEVICE_SIGNATURE_WRONG.because()
    if not is_signed_by(key.algorithm, key.public_key, given.text.encode(), given.signature):
        raise problems.DEVICE_SIGNATURE_WRONG.because()
    proof = Proof.REVOKED if key.revoked_at else Proof.DEVICE
    return {"proof": proof, "device_key": key, "signed_text": given.text, "device_signature": given.signature}


def _says_the_same(text: str, new: NewInspection) -> bool:
    try:
        return decode(text.encode(), NewInspection) == msgspec.structs.replace(new, device_signature=None)
    except Problem:
        return False
