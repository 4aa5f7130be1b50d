# diemcau. `make run` sets everything up and starts it; `make test` shows that it works.
.DEFAULT_GOAL := help
.PHONY: run test test-full drill bench doctor generate screens lock audit-deps clean help

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || echo python3)
SITES ?= 9

run: ## cài đặt và chạy (set up and run): PROVINCE=lam-dong PUBLIC_HOST=
	@$(PYTHON) tools/setup.py run

test: ## mọi kiểm thử (every check and test)
	@$(PYTHON) tools/setup.py test

test-full: ## mọi kiểm thử, cả trình duyệt và hình tiếng trên PostgreSQL (everything on both databases)
	@$(PYTHON) tools/setup.py test --full

drill: ## diễn tập với điểm cầu mô phỏng (a drill with simulated sites): SITES=9 CHAOS=1
	@$(PYTHON) tools/setup.py drill --sites $(SITES) $(if $(CHAOS),--chaos)

bench: ## đo thời gian và tải (measure latencies and load)
	@$(PYTHON) tools/setup.py bench

doctor: ## kiểm tra máy này (examine this machine)
	@if [ -x .venv/bin/python ]; then PYTHONPATH=src .venv/bin/python -m diemcau.cli doctor; \
	else PYTHONPATH=src $(PYTHON) -m diemcau.cli doctor; fi

generate: ## docs/openapi.json và kiểu của trình duyệt (API description and client types)
	@.venv/bin/python -m diemcau.config.generate && cd client && npm run -s generate

screens: ## chụp lại ảnh cho README (take the pictures of the README)
	@.venv/bin/python -m pytest tests/e2e/test_screens.py --screens -q

lock: ## viết lại các tệp khóa phiên bản (write the lock files again)
	@$(PYTHON) tools/setup.py lock

audit-deps: ## giấy phép, lỗ hổng đã biết, SBOM trong build/ (licences, known weaknesses, SBOM)
	@.venv/bin/python tools/audit_deps.py

clean: ## bỏ mọi thứ dựng được lại; giữ dữ liệu trong var/ (remove what can be built again)
	rm -rf .venv .tools build client/node_modules src/diemcau/web/static/client src/*.egg-info
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests tools -name __pycache__ -prune -exec rm -rf {} +

help: ## các lệnh (the commands)
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16
