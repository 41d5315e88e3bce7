from backend.foundation.problems import declare

SIGN_IN_REFUSED = declare("sign_in_refused", 400, "手机号或密码不对。", "Wrong phone number or password.")
