/** Words of errors that never reach the server's catalogue; every entry carries them. */
export default {
  network: "连不上服务器。请检查网络后重试。",
  timeout: "服务器没有及时回应。请稍后重试。",
  not_our_server: "收到的不是安网格的回应，可能是无线网络的登录页面。请先完成网络登录，或改用移动数据。",
  server_down: "服务器暂时不能处理。请稍后重试。",
  unexpected: "出现意外错误：{detail}",
};
