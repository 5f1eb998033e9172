# The studio and the command line in one image:
#
#   docker build -t flixdrape .
#   docker run --rm -p 127.0.0.1:7860:7860 flixdrape
#   docker run --rm -v "$PWD/photos:/data" --user "$(id -u)" flixdrape batch rows.csv --out results

ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY warp warp
COPY pose pose
COPY garment garment
COPY flixdrape flixdrape
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .
# What it needs, apart from what it is: its layer stays when only the code changes.
RUN python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" > /wheels/requirements.txt

FROM python:${PYTHON}-slim
# PyPI's torch for x86-64 brings gigabytes of CUDA; a build "+cpu" of the pinned release ranks
# above it and meets the same pin.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
COPY constraints.txt /tmp/constraints.txt
COPY --from=build /wheels/requirements.txt /tmp/requirements.txt
RUN pip install --no-cache-dir --constraint /tmp/constraints.txt \
      --extra-index-url "${TORCH_INDEX}" --requirement /tmp/requirements.txt
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-deps /wheels/*.whl

RUN useradd --system --uid 10001 --create-home flixdrape && install -d -o flixdrape /data
USER flixdrape
WORKDIR /data

EXPOSE 7860
# 503 until the networks are loaded and have draped once. A batch serves nothing: run it with
# --no-healthcheck where something acts on the container's health.
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:7860/healthz', timeout=4)"]

ENTRYPOINT ["flixdrape"]
# Inside the container only; what is published, and to whom, is docker run's to say.
CMD ["studio", "--host", "0.0.0.0"]
