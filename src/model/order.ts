/** By code unit, so that the order is the same on every machine. */
export function compare(left: string, right: string): number {
  if (left === right) {
    return 0;
  }
  return left < right ? -1 : 1;
}

/** The first of `count` places that is not passed over; those that are passed over stand in front of all others. */
export function firstPlace(count: number, isPassedOver: (place: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isPassedOver(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
