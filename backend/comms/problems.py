from backend.foundation.problems import declare

NOT_YOUR_TEST = declare(
    "not_your_test", 404, "这次通信测试没有发给您。", "This communication test was not sent to you."
)
NOBODY_TO_TEST = declare(
    "nobody_to_test", 422, "本镇还没有可以测试的人员。", "The town has nobody who could be tested.", "state"
)
TEST_ID_REUSED = declare(
    "test_id_reused", 422, "同一编号已发起过另一次测试。", "This id was already used for another test."
)
