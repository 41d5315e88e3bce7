import door from "@/console/shell/door.zh";
import times from "@/console/times.zh";
import map from "@/map/words.zh";
import errors from "./errors.zh";

export default {
  errors,
  times,
  map,
  ...door,
  screen: {
    title: "安网格总览",
    heading: "安全生产总览",
    as_of: "截至 {clock} · {age}",
    counted_at: "截至 {at} 逐条计数",
    burning: "重大与逾期隐患",
    nothing_burning: "没有重大隐患，也没有逾期未改的隐患",
    major: "重大",
    no_due: "未定期限",
    no_department: "未分派部门",
    movement: "工作进展",
    where: "分布",
    major_here: "重大隐患所在",
    owes: "部门履责",
    department: "部门",
    no_departments: "还没有设置部门",
    more_departments: "另有 {n} 个部门，欠账更少",
    trend: "近三十天",
    trend_label: "近三十天每天下达与完成的任务数、发现与销号的隐患数",
  },
  figures: {
    major_open: "重大未销号",
    major_overdue: "其中已逾期",
    sent_today: "今日下达",
    done_today: "今日完成",
    tasks_open: "任务未完成",
    tasks_overdue: "其中逾期",
    found_today: "今日发现",
    closed_today: "今日销号",
    hazards_open: "隐患未销号",
    hazards_overdue: "其中逾期",
    workers_active_today: "今日出勤",
    workers: "网格员",
    visited_30d: "三十天走访",
    enterprises: "家单位",
  },
  duties: {
    tasks_open: "任务\n在办", tasks_overdue: "任务\n逾期", hazards_open: "隐患\n在办", hazards_overdue: "隐患\n逾期", done_30d: "三十天\n办结",
  },
  duty_meaning: {
    tasks_open: "本部门下达、尚未提交的任务",
    tasks_overdue: "其中截止时间已过的",
    hazards_open: "由本部门督促整改、尚未销号的隐患",
    hazards_overdue: "其中整改期限已过的",
    done_30d: "近三十天完成的任务",
  },
  trend: { tasks: "任务", hazards: "隐患", sent: "下达", done: "完成", found: "发现", closed: "销号" },
  hazard_states: {
    reported: "已上报", judged: "已判定", rectifying: "整改中", awaiting_recheck: "待复查", closed: "已销号", cancelled: "已撤销", merged: "已并入",
  },
};
