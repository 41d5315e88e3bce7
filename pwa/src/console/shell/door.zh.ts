/** Words of the door, which console and overview share: signing in, no rights, no server, how fresh the picture is. */
export default {
  signin: {
    phone: "手机号",
    password: "密码",
    enter: "登录",
    busy: "正在登录…",
    help: "忘记密码请找本单位管理员重设。",
  },
  sign_out: "退出登录",
  notice: {
    no_rights: {
      title: "这个账号不能看这一页",
      text: "{name}，这一页给安委办、各部门和镇领导使用。网格员和企业请用手机端。",
      phone: "打开手机端",
    },
    unreachable: { title: "暂时连不上服务器" },
    again: "再试一次",
  },
  fresh: {
    live: "实时",
    connecting: "正在连接",
    behind: "未连上服务器",
    since: "已断开 {age}，显示的是 {at} 的情况",
    wake: "立即重连",
  },
};
