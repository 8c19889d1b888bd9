// Pages work without this. It only fills in the zone that the browser knows, once, if none was chosen.
const choice = document.querySelector("select[data-detect]");
if (choice && !/(^|; )zone=/.test(document.cookie)) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  document.cookie = "zone=" + zone + "; path=/; max-age=31536000; samesite=lax";
  const isOffered = Array.from(choice.options).some((option) => option.value === zone);
  if (isOffered && choice.value !== zone) {
    choice.value = zone;
    choice.form.requestSubmit();
  }
}
// Whoever sent a form that was wrong hears so first.
document.getElementById("wrong")?.focus();
