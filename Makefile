# Needs Python 3.11 and make; everything else comes from PyPI into .venv on first use.
.PHONY: run test check lint format e2e crash bench messages requirements
.DELETE_ON_ERROR:
PY := .venv/bin/python
COMPILE := $(PY) -m uv pip compile -q --python-version 3.11.7 --no-header --no-emit-index-url --no-emit-find-links --generate-hashes

run: .venv/.run         ; @$(PY) manage.py up
test: .venv/.dev        ; @$(PY) -m pytest $(ARGS)
check: lint             ; @$(PY) -m mypy . && $(PY) manage.py makemigrations --check --dry-run && $(PY) manage.py check_translations
lint: .venv/.dev        ; @$(PY) -m ruff check . && $(PY) -m ruff format --check . && $(PY) -m bandit -q -c pyproject.toml -r . && $(PY) -m djlint --quiet --lint templates && .venv/bin/lint-imports
format: .venv/.dev      ; @$(PY) -m ruff check --fix . ; $(PY) -m ruff format .
e2e: .venv/.dev         ; @$(PY) -m pytest -m e2e $(ARGS)
crash: .venv/.dev       ; @$(PY) -m pytest -m crash -s $(ARGS)
bench: .venv/.dev       ; @$(PY) -m pytest -m bench -s $(ARGS)
messages: .venv/.dev    ; @$(PY) manage.py makemessages -v 0 -l zh_Hans && $(PY) manage.py compilemessages -v 0 -l zh_Hans -i .venv
requirements: .venv/.dev ; @$(COMPILE) $(ARGS) requirements.in -o requirements.txt && $(COMPILE) $(ARGS) requirements-dev.in -o requirements-dev.txt

# A file of the venv tells what has been installed into it; newer requirements install again.
.venv/.venv:
	@python=; for p in python3.11 python3 python; do $$p -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && python=$$p && break; done; \
	test -n "$$python" || { echo "Python 3.11 is needed, and neither python3.11 nor python3 is that."; exit 1; }; \
	$(PY) -m pip --version >/dev/null 2>&1 || $$python -m venv --clear .venv
	@touch $@

.venv/.run: .venv/.venv requirements.txt
	@echo "Installing what the product needs …"
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.dev: .venv/.run requirements-dev.txt
	@echo "Installing what its tests need …"
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
