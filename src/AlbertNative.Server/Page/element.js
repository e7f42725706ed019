/** An element. Children that are strings become text: nothing of a text is ever taken for markup. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false)
      made.setAttribute(attribute, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** An element of a drawing. */
export function drawn(name, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [attribute, value] of Object.entries(attributes))
    made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

/** Gives an element a share from 0 to 1 that its style draws. */
export function withShare(made, share) {
  made.style.setProperty("--share", Math.min(1, Math.max(0, share)).toFixed(4));
  return made;
}

/** A number with as many digits as a person reads. */
export function digits(number, decimals = 0) {
  return number.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}
