// A number that does not flicker.

const MOMENT = 400; // ms

/** Shows a smaller number at once, a larger one if it still holds a moment later: a message that is read as it comes
 *  is nobody's unread message. */
export function calmly(show: (count: number) => void, first: number): (count: number) => void {
  let shown = first;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (count) => {
    clearTimeout(timer);
    const apply = () => {
      shown = count;
      show(count);
    };
    if (count <= shown) apply();
    else timer = setTimeout(apply, MOMENT);
  };
}
