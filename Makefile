# Quietzone's commands. PORT, FRESH, LAN and the like are given as `make serve PORT=9000`.
PYTHON ?= python3
RUN = .venv/bin/python -m
FUZZ_EXAMPLES ?= 100
# One more than CI has cores: whoever tests the whole stack often waits for it.
WORKERS ?= 3

.PHONY: help install serve demo package deploy smoke status logs destroy recount requeue rejudge expect restore migrate
.PHONY: import export redirects key sign-in archive test goldens budget chaos fuzz bench gallery screens check format

help:
	@echo 'make serve    run everything on this machine (PORT=9000, FRESH=1 starts over, LAN=1 lets a phone in)'
	@echo 'make demo     fill the running stack with 90 days of plausible scans'
	@echo 'make package  write what would be deployed: build/template.json, build/deployment.zip (ARCHITECTURE=arm64)'
	@echo 'make deploy   a deployment in your AWS account, new or brought up to date (STAGE=prod REGION=eu-west-1,'
	@echo '              OWNER_EMAIL= DOMAIN= EDGE=1 WAF=1 ALARM_EMAIL= MAIL_FROM= YES=1: docs/configuration.md has all)'
	@echo 'make status   its queues, streams, alarms and recounts (STAGE= REGION=; without them the running local stack)'
	@echo 'make logs     what its functions log (STAGE= REGION= FUNCTION=Redirect SINCE=1h FILTER= FOLLOW=1)'
	@echo 'make smoke    create, scan, read and delete a link there (STAGE= REGION=)'
	@echo 'make destroy  take it away; what people made only when that is said twice (STAGE= REGION=)'
	@echo 'make recount  compare a day with its raw scans, mend it, print the report (DAY=2026-11-20)'
	@echo 'make requeue  count scans again that were set aside because they could not be counted'
	@echo 'make rejudge  judge stored scans again by the present bot rules (FROM=2026-11-01 TO=2026-11-20)'
	@echo 'make expect   spread a link before a campaign (SLUG=spring SCANS=10000, in its fullest second)'
	@echo 'make restore  a deployment with its tables as they were (STAGE=prod REGION=eu-west-1 AT=2026-11-22T03:00:00Z)'
	@echo 'make migrate  bring stored data to what this release needs, and say how far that is'
	@echo 'make key      another API key (PREFIX=oqr_)'
	@echo 'make sign-in  a link with which the owner signs in, once, within 15 minutes'
	@echo 'make import   links and visit counts of Bitly, Shlink, YOURLS or Kutt (FROM=links.csv, DRY=1 looks only)'
	@echo 'make export   everything of an organization in open formats (TO=acme.zip)'
	@echo 'make redirects  a static redirect map, which goes on without this product (TO=folder, or .zip)'
	@echo '              (from recount on: with STAGE= REGION= on AWS, else on the running local stack)'
	@echo 'make archive  keep what a release is deployed from, for the test of the next (RELEASE=0.9.0 COMMIT=98e32db)'
	@echo 'make test     every test (ARGS="-k door")'
	@echo 'make goldens  write the golden pictures anew, when pictures are meant to change'
	@echo 'make budget   write the calls of DynamoDB that each route makes anew, when they are meant to change'
	@echo 'make fuzz     every route, called as the OpenAPI document allows and as it does not (FUZZ_EXAMPLES=100)'
	@echo 'make bench    measure everything, write bench/results.json and docs/performance.md (10 minutes)'
	@echo 'make chaos    recorded scans with everything going wrong (SEEDS=200, or SEEDS=17..17 for one again)'
	@echo 'make gallery  draw docs/gallery.md and its pictures anew'
	@echo 'make screens  take the pictures of the dashboard anew'
	@echo 'make check    formatting, lint, types, import rules'
	@echo 'make format   write the formatting'

install:
	@command -v $(PYTHON) >/dev/null || { echo 'quietzone: $(PYTHON) is missing: install Python 3.11 or newer' >&2; exit 1; }
	@$(PYTHON) infra/install.py

serve: install
	@exec $(RUN) infra.serve

demo: install
	@exec $(RUN) infra.demo

package: install
	@exec $(RUN) infra.packaging

deploy: install
	@exec $(RUN) infra.ship

smoke: install
	@exec $(RUN) infra.smoke

status: install
	@exec $(RUN) infra.status

logs: install  # a pattern of CloudWatch has dollars, which make would take for its own
	@FILTER='$(value FILTER)' exec $(RUN) infra.logs

destroy: install
	@exec $(RUN) infra.destroy

recount: install
	@DAY='$(DAY)' exec $(RUN) infra.recount

requeue: install
	@exec $(RUN) infra.requeue

rejudge: install
	@FROM='$(FROM)' TO='$(TO)' exec $(RUN) infra.rejudge

expect: install
	@SLUG='$(SLUG)' SCANS='$(SCANS)' exec $(RUN) infra.expect

restore: install
	@STAGE='$(STAGE)' REGION='$(REGION)' AT='$(AT)' TABLES='$(TABLES)' YES='$(YES)' exec $(RUN) infra.restore

import: install
	@FROM='$(FROM)' FORMAT='$(FORMAT)' ORGANIZATION='$(ORGANIZATION)' DRY='$(DRY)' exec $(RUN) infra.importing

export: install
	@TO='$(TO)' FROM='$(FROM)' UNTIL='$(UNTIL)' IMAGES='$(IMAGES)' ORGANIZATION='$(ORGANIZATION)' exec $(RUN) infra.exporting

redirects: install
	@TO='$(TO)' ORGANIZATION='$(ORGANIZATION)' exec $(RUN) infra.redirects

key: install
	@PREFIX='$(PREFIX)' exec $(RUN) infra.key

sign-in: install
	@exec $(RUN) infra.sign_in

migrate: install
	@exec $(RUN) infra.migrate

archive: install
	@RELEASE='$(RELEASE)' COMMIT='$(COMMIT)' exec $(RUN) tests.upgrade.archive

chaos: install
	@SEEDS='$(SEEDS)' PYTHONHASHSEED=0 exec $(RUN) tests.chaos

test: install
	@exec $(RUN) pytest -n $(WORKERS) --no-loadscope-reorder $(ARGS)

goldens: install
	@GOLDENS=write exec $(RUN) pytest tests/qr/test_goldens.py

budget: install
	@GOLDENS=write exec $(RUN) pytest tests/budget/test_calls_of_reads.py tests/budget/test_calls_of_changes.py

fuzz: install
	@FUZZ_EXAMPLES='$(FUZZ_EXAMPLES)' exec $(RUN) pytest tests/e2e/test_fuzz.py

bench: install
	@exec $(RUN) bench.suite

gallery: install
	@exec $(RUN) gallery

screens: install
	@exec $(RUN) gallery.screens

check: install
	@$(RUN) ruff format --check .
	@$(RUN) ruff check .
	@$(RUN) mypy
	@$(RUN) pytest tests/test_imports.py

format: install
	@$(RUN) ruff format .
	@$(RUN) ruff check --fix .
