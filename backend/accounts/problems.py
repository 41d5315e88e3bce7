from backend.foundation.problems import declare

SIGN_IN_REFUSED = declare("sign_in_refused", 400, "手机号或密码不对。", "Wrong phone number or password.")
PASSWORD_REFUSED = declare("password_refused", 403, "登录密码不对。", "The password is wrong.")
PIN_REFUSED = declare("pin_refused", 403, "签名 PIN 不对。", "The PIN is wrong.")
PIN_NOT_SET = declare("pin_not_set", 409, "还没有设置签名 PIN。", "No PIN has been set yet.", "state")
PIN_TOO_SIMPLE = declare(
    "pin_too_simple", 422, "PIN 太简单：不能全是同一数字，也不能是连续数字。", "The PIN is a run or one repeated digit."
)
NO_DEVICE = declare("no_device", 409, "这次登录没有绑定设备。", "This session is not bound to a device.", "state")
KEY_UNUSABLE = declare(
    "key_unusable", 422, "设备公钥无法识别，或与签名不符。", "The public key cannot be read or does not fit its proof."
)
