/** `node:vm` inside a page: another realm is another frame. Workers have none. */
export default {
  runInNewContext(code) {
    const frame = document.createElement("iframe");
    document.body.append(frame);
    return frame.contentWindow.eval(code);
  },
};
