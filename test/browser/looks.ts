// What a browser finds of a page that a person could not see or read.

/** Runs in the page: headers, tables, tabs and pages of which something cannot be seen. */
export function cutThings(): string[] {
  const cut: string[] = [];
  if (document.documentElement.scrollWidth > innerWidth) {
    cut.push(`the page is ${document.documentElement.scrollWidth} wide`);
  }
  for (const grid of document.querySelectorAll('.grid')) {
    const frame = grid.getBoundingClientRect();
    if (grid.scrollWidth > grid.clientWidth + 1) {
      cut.push(`${grid.getAttribute('aria-label') ?? ''} is cut`);
    }
    for (const header of grid.querySelectorAll('[role=columnheader] button span:first-child')) {
      const { left, right } = header.getBoundingClientRect();
      const cell = header.closest('[role=columnheader]')?.getBoundingClientRect();
      if (
        left < frame.left ||
        right > frame.right + 1 ||
        (cell !== undefined && (left < cell.left - 1 || right > cell.right + 1))
      ) {
        cut.push(`header ${header.textContent}`);
      }
    }
  }
  const tab = document.querySelector('.tabs [aria-current]')?.getBoundingClientRect();
  if (tab === undefined && document.querySelector('.tabs') === null) {
    return cut; // a page of one part
  }
  if (tab === undefined || tab.left < 0 || tab.right > innerWidth) {
    cut.push('the open tab is out of sight');
  }
  return cut;
}

/** Runs in the page: texts whose colour is too close to the ground they stand on. */
export function faintTexts(): string[] {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (canvas === null) {
    return ['no canvas'];
  }
  const paint = canvas;
  const rgba = (colour: string): number[] => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    return Array.from(paint.getImageData(0, 0, 1, 1).data);
  };
  const luminance = (colour: readonly number[]): number => {
    const [red = 0, green = 0, blue = 0] = colour.map((value) =>
      value / 255 <= 0.039_28 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const groundOf = (element: Element | null): number[] => {
    for (let at = element; at !== null; at = at.parentElement) {
      const ground = rgba(getComputedStyle(at).backgroundColor);
      if ((ground[3] ?? 0) > 250) {
        return ground;
      }
    }
    return [255, 255, 255, 255];
  };
  const faint: string[] = [];
  for (const element of document.querySelectorAll('main *, header *, footer *')) {
    const own = Array.from(element.childNodes).some(
      (node) => node.nodeType === 3 && (node.textContent ?? '').trim() !== '',
    );
    if (
      !own ||
      element.closest('svg, option, .visually-hidden, .dot, :disabled') !== null ||
      element.getClientRects().length === 0
    ) {
      continue;
    }
    const [light = 0, dark = 0] = [luminance(rgba(getComputedStyle(element).color)), luminance(groundOf(element))].sort(
      (left, right) => right - left,
    );
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) {
      faint.push(`${element.className} ${element.textContent} ${ratio.toFixed(2)}`);
    }
  }
  return faint;
}
