// When the beginning of an event changes in a form, its end keeps its distance.
import "./shared.js";

const moment = (form, which) => {
  const day = form.elements[`${which}_day`]?.value;
  return day ? new Date(`${day}T${form.elements[`${which}_time`]?.value || "00:00"}Z`) : null;
};
const known = new WeakMap(); // of each form: how long the event is

document.addEventListener("focusin", ({ target }) => remember(target.form));
document.addEventListener("change", ({ target }) => {
  const { form } = target;
  if (!form?.elements.start_day) return;
  if (target.name?.startsWith("start_")) follow(form);
  else remember(form);
});

function remember(form) {
  if (!form?.elements.start_day) return;
  const [start, end] = [moment(form, "start"), moment(form, "end")];
  known.set(form, start && end ? Math.max(end - start, 0) : 0);
}

function follow(form) {
  const start = moment(form, "start");
  if (!start) return;
  const end = new Date(start.getTime() + (known.get(form) ?? 0)).toISOString();
  form.elements.end_day.value = end.slice(0, 10);
  if (form.elements.end_time.value) form.elements.end_time.value = end.slice(11, 16);
}
