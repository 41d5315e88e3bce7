"""What each figure of the overview means, in words that stand beside it."""

DEFINITIONS: dict[str, dict[str, str]] = {
    "major_open": {"zh": "判定为重大、尚未销号的隐患数", "en": "Hazards judged major and not closed"},
    "major_overdue": {"zh": "其中已过整改期限的", "en": "Of these, past their rectification deadline"},
    "hazards_open": {"zh": "尚未销号或撤销的全部隐患数", "en": "All hazards not closed or cancelled"},
    "hazards_overdue": {"zh": "其中已过整改期限的", "en": "Of these, past their rectification deadline"},
    "tasks_open": {"zh": "已下达、尚未提交结果的任务数", "en": "Tasks sent and not yet answered"},
    "tasks_overdue": {"zh": "其中已过截止时间的", "en": "Of these, past their deadline"},
    "sent_today": {"zh": "今天（北京时间）下达的任务数", "en": "Tasks sent today (China time)"},
    "done_today": {"zh": "今天完成检查的任务数", "en": "Tasks whose inspection was finished today"},
    "found_today": {"zh": "今天发现的隐患数", "en": "Hazards found today"},
    "closed_today": {"zh": "今天销号的隐患数", "en": "Hazards closed today"},
    "enterprises": {"zh": "名录中的单位总数", "en": "Enterprises on the register"},
    "visited_30d": {"zh": "近 30 天内检查过的单位数", "en": "Enterprises visited in the last 30 days"},
    "workers_active_today": {
        "zh": "今天到场签到或提交过结果的网格员数",
        "en": "Grid workers who checked in or submitted today",
    },
    "workers": {"zh": "在岗网格员总数", "en": "Grid workers on duty"},
}
