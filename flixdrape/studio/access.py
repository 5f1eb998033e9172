"""What Gradio's page leaves out for keyboards, screen readers and those who hover."""

from __future__ import annotations

import json

__all__ = ["TIPS", "access_script"]

#: A sentence of help for each button, by its element's id; the other controls carry their own.
TIPS = {
    "drape": "Drapes the garment onto the person with the controls as they stand.",
    "get-picture": "Downloads the draped picture as PNG.",
    "get-garment": "Downloads the warped garment alone, on transparency.",
    "get-layers": "Downloads a zip of the picture, its layers and the report.",
    "show-points": "Draws what was found in both photos.",
    "garment-move": "Puts the chosen point at x and y and drapes again.",
    "person-move": "Puts the chosen point at x and y and drapes again.",
    "undo": "Lets go of a chosen point, or takes the last correction back.",
    "reset-garment": "Forgets all corrected points of the garment.",
    "reset-person": "Forgets all corrected points of the person.",
    "save-settings": "Downloads controls and corrections as one JSON file.",
    "load-settings": "Reads a JSON file that was saved here.",
    "outfit-drape": "Puts all garments on the person, from the body outwards.",
    "outfit-get-picture": "Downloads the draped picture as PNG.",
    "outfit-get-garment": "Downloads the outermost garment alone, on transparency.",
    "outfit-get-layers": "Downloads a zip of the picture, its layers and the report.",
    "batch-start": "Drapes every garment on the person, one after the other.",
    "batch-stop": "Ends the batch after the picture in work; what is done can be downloaded.",
    "batch-get": "Downloads a zip of all pictures and of report.jsonl.",
}

# The handle moves by a drag alone, so an arrow key plays one.
_SCRIPT = """() => {
  const tips = TIPS;
  const step = (handle, by) => {
    const box = handle.getBoundingClientRect();
    const x = box.left + box.width / 2, y = box.top + box.height / 2;
    const send = (target, type, at) => target.dispatchEvent(new MouseEvent(type, {
      bubbles: true, cancelable: true, view: window, clientX: at, clientY: y, button: 0 }));
    send(handle, 'mousedown', x);
    send(window, 'mousemove', x + by);
    send(window, 'mouseup', x + by);
  };
  const steps = { ArrowLeft: -24, ArrowRight: 24, Home: -4000, End: 4000 };
  const dress = () => {
    for (const [id, tip] of Object.entries(tips)) {
      const found = document.getElementById(id);
      if (found && found.title !== tip) found.title = tip;
    }
    document.querySelectorAll('[data-testid=imageslider-image]').forEach((image) => {
      const words = image.classList.contains('fixed')
        ? 'The picture after: draped' : 'The photo before';
      if (image.alt !== words) image.alt = words;
    });
    document.querySelectorAll('[data-testid=slider][role=none]').forEach((handle) => {
      handle.setAttribute('role', 'slider');
      handle.setAttribute('tabindex', '0');
      handle.setAttribute('aria-label', 'Border between before and after; arrow keys move it');
      handle.setAttribute('aria-valuenow', '50');
      handle.addEventListener('keydown', (event) => {
        if (!(event.key in steps)) return;
        event.preventDefault();
        step(handle, steps[event.key]);
        const wide = handle.parentElement.getBoundingClientRect();
        const box = handle.getBoundingClientRect();
        const share = 100 * (box.left + box.width / 2 - wide.left) / wide.width;
        handle.setAttribute('aria-valuenow', Math.round(share));
      });
    });
    document.querySelectorAll('.words').forEach((words) => {
      if (!words.hasAttribute('aria-live')) words.setAttribute('aria-live', 'polite');
    });
  };
  dress();
  new MutationObserver(dress).observe(document.body, { childList: true, subtree: true });
}"""


def access_script() -> str:
    """Return the script that the page runs once when it has loaded.

    Examples
    --------
    >>> access_script().startswith("() =>")
    True
    """
    return _SCRIPT.replace("TIPS", json.dumps(TIPS))
