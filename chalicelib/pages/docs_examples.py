"""Requests as curl commands, Python and JavaScript: complete programs, to be copied as they are."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from chalicelib.pages.docs_requests import KEY, Asked

_WIDE: Final = 56  # letters of a value that is written in one line
_STEP: Final = "  "
_WORD: Final = re.compile(r"[A-Za-z_$][\w$]*")


class Example(NamedTuple):
    """`language` is its key, `name` what people call it."""

    language: str
    name: str
    text: str


def examples(asked: Asked) -> list[Example]:
    """A request in every language."""
    return [Example(language, name, write(asked)) for language, (name, write) in LANGUAGES.items()]


def curl(asked: Asked) -> str:
    """A command for the shell."""
    options = {"GET": [], "HEAD": ["--head"]}.get(asked.method, [f"-X {asked.method}"])
    lines = [" ".join(["curl", *options, f'"{asked.url}"'])]
    if asked.keyed:
        lines.append(f'-H "Authorization: Bearer ${KEY}"')
    if asked.body is not None:
        body = _written(asked.body, "json").replace("'", "'\\''")
        lines += ['-H "Content-Type: application/json"', f"-d '{body}'"]
    if asked.file:
        lines.append(f"-o {asked.file}")
    if asked.answered == "headers" and asked.method != "HEAD":
        lines[0] = lines[0].replace("curl", "curl --include", 1)
    return f" \\\n{_STEP}".join(lines)


def python(asked: Asked) -> str:
    """A program for Python with `requests`."""
    arguments = [f'"{asked.url}"']
    if asked.keyed:
        arguments.append(f'headers={{"Authorization": f"Bearer {{os.environ[\'{KEY}\']}}"}}')
    if asked.body is not None:
        arguments.append(f"json={_written(asked.body, 'python', _STEP * 2)}")
    arguments += ["allow_redirects=False"] * (asked.answered == "headers") + ["timeout=30"]
    done = {
        "json": "print(answer.json())",
        "text": "print(answer.text)",
        "file": f'Path("{asked.file}").write_bytes(answer.content)',
        "headers": "print(answer.status_code, dict(answer.headers))",
    }[asked.answered]
    imports = ["import os"] * asked.keyed + ["from pathlib import Path"] * bool(asked.file)
    call = f"answer = requests.{asked.method.lower()}(\n" + "".join(f"    {it},\n" for it in arguments) + ")"
    head = "\n".join(imports) + "\n\n" if imports else ""
    return f"{head}import requests\n\n{call}\nanswer.raise_for_status()\n{done}"


def javascript(asked: Asked) -> str:
    """A module for Node, and but for files for a browser."""
    options = [f'method: "{asked.method}"'] if asked.method != "GET" else []
    headers = ["Authorization: `Bearer ${process.env." + KEY + "}`"] * asked.keyed
    headers += ['"Content-Type": "application/json"'] * (asked.body is not None)
    if headers:
        options.append(f"headers: {{ {', '.join(headers)} }}" if len(headers) == 1 else _block("headers", headers))
    if asked.body is not None:
        options.append(f"body: JSON.stringify({_written(asked.body, 'javascript', _STEP)})")
    options += ['redirect: "manual"'] * (asked.answered == "headers")
    given = ", {\n" + "".join(f"  {it},\n" for it in options) + "}" if options else ""
    done = {
        "json": "console.log(await answer.json());",
        "text": "console.log(await answer.text());",
        "file": f'await writeFile("{asked.file}", Buffer.from(await answer.arrayBuffer()));',
        "headers": "console.log(answer.status, Object.fromEntries(answer.headers));",
    }[asked.answered]
    failed = "answer.status >= 400" if asked.answered == "headers" else "!answer.ok"
    imports = 'import { writeFile } from "node:fs/promises";\n\n' if asked.file else ""
    call = f'const answer = await fetch("{asked.url}"{given});'
    return f"{imports}{call}\nif ({failed}) throw new Error(`${{answer.status}} ${{await answer.text()}}`);\n{done}"


LANGUAGES: Final[Mapping[str, tuple[str, Callable[[Asked], str]]]] = {
    "curl": ("curl", curl),
    "python": ("Python", python),
    "javascript": ("JavaScript", javascript),
}


def _block(name: str, entries: list[str]) -> str:
    return f"{name}: {{\n" + "".join(f"{_STEP * 2}{it},\n" for it in entries) + _STEP + "}"


def _written(value: Any, language: str, indent: str = "") -> str:
    """JSON as a language writes it, in one line where that is short."""
    if not isinstance(value, dict | list):
        return _constant(value, language)
    inner = indent + (_STEP * 2 if language == "python" else _STEP)
    entries = [_entry(it, value, language, inner) for it in value]
    opened, closed = "{}" if isinstance(value, dict) else "[]"
    short = ", ".join(entries)
    if "\n" not in short and len(short) <= _WIDE:
        space = " " if language == "javascript" and opened == "{" and entries else ""
        return f"{opened}{space}{short}{space}{closed}"
    return f"{opened}\n{inner}" + f",\n{inner}".join(entries) + f"\n{indent}{closed}"


def _constant(value: Any, language: str) -> str:
    if language == "python" and (value is None or isinstance(value, bool)):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def _entry(it: Any, of: Any, language: str, indent: str) -> str:
    if not isinstance(of, dict):
        return _written(it, language, indent)
    name = it if language == "javascript" and _WORD.fullmatch(it) else json.dumps(it)
    return f"{name}: {_written(of[it], language, indent)}"
