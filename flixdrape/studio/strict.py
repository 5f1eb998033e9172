"""Gradio made stricter: it fetches nothing, and says what is wrong with a call."""

from __future__ import annotations

from typing import Any

import gradio as gr
from gradio import processing_utils
from gradio.exceptions import Error, InvalidPathError

__all__ = ["fetch_nothing", "speak_plainly"]

_UPLOAD = "send the photo to /gradio_api/upload and pass the path that was answered"


def fetch_nothing() -> None:
    """Let Gradio refuse addresses that a caller names in place of an upload.

    It would fetch what they lead to, of any size.
    """
    processing_utils.async_ssrf_protected_get = _refused


async def _refused(url: str) -> Any:
    raise gr.Error(f"{url[:200]}: is an address, not an upload; {_UPLOAD}", print_exception=False)


def speak_plainly(page: gr.Blocks) -> None:
    """Let a page say in a sentence what is wrong with the values of a call.

    Gradio tells its own errors to the log alone, since they may say what is nobody's business.

    Parameters
    ----------
    page : gr.Blocks
        Whose calls are meant.
    """
    original = page.preprocess_data

    async def preprocess_data(block_fn: Any, inputs: list[Any], *args: Any, **words: Any) -> Any:
        wanted = len(block_fn.inputs)
        if len(inputs) < wanted:
            raise gr.Error(
                f"{len(inputs)} values were sent, {wanted} are needed; /gradio_api/call/v2/ takes "
                "names for values, and defaults for those that are not given",
                print_exception=False,
            )
        try:
            return await original(block_fn, inputs, *args, **words)
        except InvalidPathError:
            raise gr.Error(f"a file is no upload; {_UPLOAD}", print_exception=False) from None
        except Error:
            raise
        except ValueError:
            raise gr.Error("a value is not of its type", print_exception=False) from None

    page.preprocess_data = preprocess_data  # type: ignore[method-assign]
