// The thread's scrolling: it stays at its end, or where its reader is. The thread is laid out from its end upward
// (column-reverse): what is put on top moves nothing, and scrollTop is 0 at the end and negative above it.

const NEAR = 80; // px from the end that count as being there
const AHEAD = "600px"; // earlier messages are fetched before the reader is at the top

export class Scroll {
  constructor(
    private readonly box: HTMLElement,
    atEnd: () => void,
  ) {
    box.addEventListener("scroll", () => this.isAtEnd && atEnd(), { passive: true });
  }

  get isAtEnd(): boolean {
    return this.box.scrollTop > -NEAR;
  }

  /** Adds at the end: a reader above it goes on seeing the same lines. */
  keeping(add: () => void): void {
    const { isAtEnd } = this;
    const before = this.box.scrollHeight;
    add();
    if (!isAtEnd) this.box.scrollTop -= this.box.scrollHeight - before;
    else this.toEnd();
  }

  toEnd(): void {
    this.box.scrollTop = 0;
  }

  /** Calls as often as the element comes near to what is seen. */
  whenNear(element: Element, work: () => void): IntersectionObserver {
    const observer = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && work(), {
      root: this.box,
      rootMargin: `${AHEAD} 0px 0px 0px`,
    });
    observer.observe(element);
    return observer;
  }
}
