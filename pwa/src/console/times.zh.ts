/** Words of domain/times.ts for the two office surfaces. */
export default {
  before_today: "今天 {clock} 前",
  before_tomorrow: "明天 {clock} 前",
  before_day: "{month}月{day}日 {clock} 前",
  overdue_days: "逾期 {n} 天",
  overdue_hours: "逾期 {n} 小时",
  overdue_minutes: "逾期 {n} 分钟",
  at_today: "{clock}",
  at_yesterday: "昨天 {clock}",
  at_day: "{month}月{day}日 {clock}",
  age_now: "刚刚",
  age_minutes: "{n} 分钟",
  age_hours: "{n} 小时",
  age_days: "{n} 天",
};
