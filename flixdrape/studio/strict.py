"""Gradio made stricter: it takes uploads and nothing else, and says what is wrong with a call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr
from fastapi import Request
from fastapi.responses import JSONResponse
from gradio.exceptions import Error
from gradio.route_utils import FnIndexInferError

from flixdrape.errors import UnusableInputError
from flixdrape.studio.uploads import check_uploads

__all__ = ["answers_of_errors", "as_launched", "check_calls"]


def as_launched(page: gr.Blocks) -> None:
    """Let a mounted page check files as a launched one does.

    Gradio checks that a file named by a caller was uploaded, and shows no stranger's SVG as a
    page, where these two are set; mounting a page does not set them, launching it does.

    Parameters
    ----------
    page : gr.Blocks
        Mounted.
    """
    page.has_launched = page.is_running = True


def check_calls(page: gr.Blocks) -> None:
    """Let a page refuse a call with wrong values in a sentence, before anything is done.

    Gradio would fetch an address named in place of a file; and it tells its own errors to the
    log alone, since they may say what is nobody's business.

    Parameters
    ----------
    page : gr.Blocks
        Whose calls are meant.
    """
    original = page.preprocess_data

    async def preprocess_data(block_fn: Any, inputs: list[Any], *args: Any, **words: Any) -> Any:
        try:
            _check_count(len(inputs), len(block_fn.inputs))
            check_uploads(inputs)
            return await original(block_fn, inputs, *args, **words)
        except Error:
            raise
        except UnusableInputError as error:
            raise gr.Error(str(error), print_exception=False) from None
        except ValueError:
            raise gr.Error("a value is not of its type", print_exception=False) from None

    page.preprocess_data = preprocess_data  # type: ignore[method-assign]


def _check_count(sent: int, wanted: int) -> None:
    if sent < wanted:
        raise UnusableInputError(
            f"{sent} values were sent, {wanted} are needed; /gradio_api/call/v2/ takes names for "
            "values, and defaults for those that are not given"
        )


def answers_of_errors() -> dict[type[Exception], Callable[..., Any]]:
    """Return what FastAPI answers for names that there are not, in place of status 500.

    Gradio's routes raise these for an endpoint or a parameter of another name.
    """
    return dict.fromkeys((FnIndexInferError, KeyError, TypeError), _answer)


async def _answer(request: Request, error: Exception) -> JSONResponse:
    name = request.url.path.rsplit("/gradio_api/call/", 1)[1:]
    if not name:
        raise error
    info = "see /gradio_api/info"
    if isinstance(error, TypeError):
        sentence = f"{str(error).split(' Please click')[0].rstrip('.')}; {info}"
        return JSONResponse({"error": sentence}, 400)
    endpoint = name[0].removeprefix("v2/")
    return JSONResponse({"error": f"{endpoint}: there is no such endpoint; {info}"}, 404)
