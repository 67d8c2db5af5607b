/** Text that is hard to read: runs in the page, and gives what has less contrast than WCAG 2.2 asks for (AA). */
export function poorContrast() {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

  /** A colour as numbers, whatever it is written as. */
  function channels(color) {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  }

  function over([red, green, blue, alpha], below) {
    return [red, green, blue].map((value, index) => value * alpha + below[index] * (1 - alpha));
  }

  function background(node) {
    if (node === null) return [255, 255, 255];
    return over(channels(getComputedStyle(node).backgroundColor), background(node.parentElement));
  }

  function luminance(color) {
    const [red, green, blue] = color.map((value) =>
      value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function contrast(one, other) {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  }

  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const style = getComputedStyle(node);
    const isShown = node.checkVisibility({ visibilityProperty: true }) && walker.currentNode.textContent.trim() !== "";
    if (!isShown || node.closest(":disabled, .visually-hidden, .skip, title, noscript, option")) continue;
    const below = background(node);
    const isText = node instanceof SVGElement ? style.fill : style.color;
    const ratio = contrast(over(channels(isText), below), below);
    const size = Number.parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) poor.push(`${walker.currentNode.textContent.trim()}: ${ratio.toFixed(2)}`);
  }
  return poor;
}
