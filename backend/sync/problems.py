from backend.foundation.problems import declare

OP_ID_REUSED = declare(
    "op_id_reused",
    422,
    "同一编号的记录已以另一内容提交过，两份都已保留。",
    "This id was used for other content; both are kept.",
)
UNKNOWN_OPERATION = declare(
    "unknown_operation", 422, "服务器不认识这种操作，请更新应用。", "Unknown operation; update the app."
)
NOT_YOUR_STREAM = declare("not_your_stream", 404, "没有这个数据流。", "No such stream.")
WRONG_OFFSET = declare("wrong_offset", 409, "续传位置不对。", "Wrong upload offset.", "state")
HASH_MISMATCH = declare(
    "hash_mismatch", 460, "文件内容与校验值不符，请重新上传。", "The content does not match its hash."
)
NO_UPLOAD = declare("no_upload", 404, "没有这个上传。", "No such upload.")
VERSION_UNKNOWN = declare(
    "version_unknown",
    422,
    "服务器不认识这个协议版本，请更新应用或服务器；内容仍在手机上。",
    "The server does not know this version of the protocol: update the app or the server. Nothing is lost.",
)
ALREADY_SETTLED = declare(
    "already_settled",
    409,
    "这条记录已经处理过，或不在隔离区。",
    "It was settled already, or is not in quarantine.",
    "state",
)
DISMISSED = declare(
    "dismissed", 422, "管理员看过，未予采用；记录已保留。", "Looked at and not carried out; it is kept."
)
