from backend.foundation.problems import declare

EPOCH_CHANGED = declare(
    "epoch_changed",
    409,
    "服务器的记录已恢复到另一版本，手机将重新上传。",
    "The server's history changed; send again.",
    "state",
)
