from backend.foundation.problems import declare

CRS_UNKNOWN = declare(
    "crs_unknown", 422, "不认识这个坐标系；填 EPSG 代码（如 EPSG:4490）、GCJ-02 或 BD-09。",
    "Unknown coordinate system; give an EPSG code (such as EPSG:4490), GCJ-02 or BD-09.",
)  # fmt: skip
FILE_EMPTY = declare("file_empty", 422, "文件是空的。", "The file is empty.")
IMPORT_ID_REUSED = declare(
    "import_id_reused", 422, "同一编号已用于另一个文件。", "This id was already used for another file."
)
TOO_MANY_IMPORTS = declare(
    "too_many_imports", 409, "本镇还有几个文件正在处理，请等一会儿再传。",
    "Several files of this town are still being worked on; try again in a while.", "state",
)  # fmt: skip
