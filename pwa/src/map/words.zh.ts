/** Words on every map. */
export default {
  label: "网格地图：方向键移动，加号减号缩放；网格也可在清单里选择",
  zoom_in: "放大",
  zoom_out: "缩小",
  whole: "显示全镇",
  risk: { red: "红", orange: "橙", yellow: "黄", blue: "蓝" },
  tasks_open: "未完成任务（项）",
  tasks_overdue: "逾期任务（项）",
  open_hazards: "未销号隐患（处）",
};
