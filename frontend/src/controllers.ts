// Binds controllers to elements: `data-controller="bell"` runs the function registered as "bell", once.

export type Controller = (element: HTMLElement) => void;

const bound = new WeakMap<Element, Set<string>>();

/** Connects every controller named within `root`, each element once, in the order in which they are registered. */
export function connect(root: ParentNode, controllers: Record<string, Controller>): void {
  for (const [name, controller] of Object.entries(controllers)) {
    for (const element of root.querySelectorAll<HTMLElement>(`[data-controller~="${name}"]`)) {
      const names = bound.get(element) ?? new Set();
      if (names.has(name)) continue;
      bound.set(element, names.add(name));
      controller(element);
    }
  }
}
