// Menus: native popovers; the one menu that a list's rows share is filled from the row before it opens.

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-menu]");
  if (opener) {
    event.preventDefault();
    fill(opener);
    return;
  }
  const item = event.target.closest(".menu :is(a, button)");
  if (item && !item.matches("[popovertarget]")) item.closest("[popover]")?.hidePopover();
});

export function fill(opener, show = true) {
  const menu = document.getElementById(opener.dataset.menu);
  const row = opener.closest("[data-id]");
  const kinds = new Set(row.dataset.kind.split(" "));
  const put = (template) => template.replaceAll("{id}", encodeURIComponent(row.dataset.id));
  menu.querySelector(".who-for").textContent = row.dataset.name;
  for (const item of menu.querySelectorAll("[data-href]")) item.href = put(item.dataset.href);
  for (const form of menu.querySelectorAll("[data-action]")) form.setAttribute("action", put(form.dataset.action));
  for (const item of menu.querySelectorAll("[data-when]")) item.hidden = !kinds.has(item.dataset.when);
  for (const item of menu.querySelectorAll("[data-unless]")) item.hidden = kinds.has(item.dataset.unless);
  if (!show) return menu;
  opener.setAttribute("aria-expanded", "true");
  menu.ontoggle = ({ newState }) => {
    opener.setAttribute("aria-expanded", String(newState === "open"));
    if (newState === "open") menu.querySelector(":is(a, button):not([hidden], [hidden] *)")?.focus();
    else if (menu.contains(document.activeElement) || document.activeElement === document.body) opener.focus();
  };
  menu.showPopover({ source: opener });
  return menu;
}
