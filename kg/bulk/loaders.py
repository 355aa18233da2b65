"""What the bulk loader of a store needs beside the shards: a script, and a configuration where there is one.

In: the number of quads, and options of Neptune. Out: files by name. Next: :mod:`kg.bulk.write`. Each names the page of the store's documentation that says so.
docs/cluster.md says which of them were run.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from kg.bulk.shards import STEM, SUFFIX

LARGE: Final = 100_000_000
"""Quads from which a loader for very large data is worth its time."""
_MANY: Final = 1_000_000_000
_FILES: Final = f"{STEM}*{SUFFIX}"
_NAME: Final = "policy-kg"

_BEGIN: Final = """set -eu
here=$(cd "$(dirname "$0")" && pwd)
(cd "$here" && sha256sum --check --quiet checksums.txt)
"""
_END: Final = "# Then ask counts.rq: the result is to be that of counts.csv.\n"


@dataclass(frozen=True)
class Neptune:
    """Where Neptune finds the shards.

    :ivar source: folder in S3, as in ``s3://bucket/folder``
    :ivar role: ARN of a role that may read there
    """

    source: str
    role: str
    region: str


@dataclass(frozen=True)
class Order:
    """What is to be loaded.

    :ivar neptune: None if it was not asked for
    """

    quads: int
    neptune: Neptune | None = None


def files(store: str, order: Order) -> dict[str, bytes]:
    """Files for a store, by name; those that end in ``.sh`` are to be run.

    :param store: a key of :data:`STORES`
    """
    return {name: text.encode() for name, text in STORES[store](order).items()}


def _oxigraph(_: Order) -> dict[str, str]:
    return {
        "load-oxigraph.sh": f"""#!/bin/sh
# Load the shards into a new Oxigraph database:  load-oxigraph.sh DIRECTORY
# `oxigraph load --help`, 0.5: several files are loaded in parallel, each wholly or not at all; `oxigraph optimize`.
location=${{1:?the directory of the new database}}
{_BEGIN}if [ -e "$location" ]; then
  echo "$location: is there already; name a directory that is not" >&2
  exit 1
fi
oxigraph load --location "$location" --file "$here"/{_FILES}
oxigraph optimize --location "$location"
{_END}# oxigraph query --location DIRECTORY --query-file counts.rq --results-format csv
"""
    }


def _virtuoso(_: Order) -> dict[str, str]:
    return {
        "virtuoso-register.sql": f"""-- Register the shards with the bulk loader. DirsAllowed of virtuoso.ini is to name their directory.
-- https://vos.openlinksw.com/dataspace/owiki/wiki/VOS/VirtBulkRDFLoader, "Bulk loading process": the graph of ld_dir is for triples; quads name their own.
ld_dir ('$U{{DIR}}', '{_FILES}', 'https://w3id.org/policy-kg/graph/none');
""",
        "virtuoso-check.sql": """-- What was not loaded, and why; nothing if all was. Keep what was loaded: the loader writes no log.
-- https://vos.openlinksw.com/dataspace/owiki/wiki/VOS/VirtBulkRDFLoader: of a file that is loaded ll_state is 2 and ll_error null.
checkpoint;
select ll_file, ll_state, ll_error from DB.DBA.load_list where ll_file like '$U{DIR}/%' and (ll_state <> 2 or ll_error is not null);
""",
        "load-virtuoso.sh": f"""#!/bin/sh
# Load the shards into Virtuoso:  VIRTUOSO_PASSWORD=... load-virtuoso.sh HOST:PORT [ACCOUNT [SESSIONS]]
# The server reads this directory itself: it is on its machine, under this path, and DirsAllowed of virtuoso.ini names it.
# https://vos.openlinksw.com/dataspace/owiki/wiki/VOS/VirtBulkRDFLoader: rdf_loader_run() takes one file after another; several sessions work side by side.
# ISQL names the program: isql, or isql-vt on Debian. It takes the password as an argument, which others see in the list of processes.
server=${{1:?HOST:PORT of the SQL server}}
account=${{2:-dba}}
sessions=${{3:-2}}
: "${{VIRTUOSO_PASSWORD:?}}"
{_BEGIN}isql=${{ISQL:-isql}}
case $here in *\\'*)
  echo "$here: rename it, SQL cannot name a directory with an apostrophe" >&2
  exit 1 ;;
esac
sql() {{
  "$isql" "$server" "$account" "$VIRTUOSO_PASSWORD" "$@" ERRORS=STDOUT VERBOSE=OFF BANNER=OFF PROMPT=OFF -u "DIR=$here"
}}
sql "$here/virtuoso-register.sql"
n=0
while [ "$n" -lt "$sessions" ]; do
  sql "EXEC=rdf_loader_run()" &
  n=$((n + 1))
done
wait
wrong=$(sql "$here/virtuoso-check.sql" | grep '[^[:space:]]' || true)
if [ -n "$wrong" ]; then
  echo "$wrong" >&2
  echo "these files were not loaded; see to it, delete their rows of DB.DBA.load_list, and run this again" >&2
  exit 1
fi
{_END}""",
    }


def _qlever(order: Order) -> dict[str, str]:
    stream = json.dumps({"cmd": "zcat {}", "format": "nq", "for-each": _FILES, "parallel": "true"})
    return {
        "Qleverfile": f"""# For the program qlever (`pip install qlever`), run in this directory:  sha256sum --check --quiet checksums.txt && qlever index && qlever start
# https://docs.qlever.dev/qleverfile/ : MULTI_INPUT_JSON with "for-each" makes one stream of each file; FORMAT nq is N-Quads.
[data]
NAME        = {_NAME}
DESCRIPTION = What policy documents say
FORMAT      = nq

[index]
INPUT_FILES      = {_FILES}
MULTI_INPUT_JSON = {stream}
SETTINGS_JSON    = {{ "num-triples-per-batch": {1_000_000 if order.quads < LARGE else 10_000_000} }}
STXXL_MEMORY     = {"2G" if order.quads < LARGE else "10G"}

[server]
PORT    = 7019
TIMEOUT = 30s

[runtime]
SYSTEM = docker
IMAGE  = docker.io/adfreiburg/qlever:latest

[ui]
UI_CONFIG = default
"""
    }


def _graphdb(order: Order) -> dict[str, str]:
    return {
        "graphdb-repository.ttl": f"""# The repository that load-graphdb.sh makes. What is inferred is in the release, so that no ruleset is needed.
# https://graphdb.ontotext.com/documentation/10.1/configuring-a-repository.html, "Configure a repository programmatically".
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix rep: <http://www.openrdf.org/config/repository#> .
@prefix sr: <http://www.openrdf.org/config/repository/sail#> .
@prefix sail: <http://www.openrdf.org/config/sail#> .
@prefix graphdb: <http://www.ontotext.com/config/graphdb#> .

[] a rep:Repository ;
  rep:repositoryID "{_NAME}" ;
  rdfs:label "What policy documents say" ;
  rep:repositoryImpl [
    rep:repositoryType "graphdb:SailRepository" ;
    sr:sailImpl [
      sail:sailType "graphdb:Sail" ;
      graphdb:ruleset "empty" ;
      graphdb:disable-sameAs "true" ;
      graphdb:enable-context-index "true" ;
      graphdb:entity-id-size "{32 if order.quads < _MANY else 40}" ;
      graphdb:entity-index-size "{10_000_000 if order.quads < LARGE else 200_000_000}" ;
      graphdb:repository-type "file-repository" ;
      graphdb:storage-folder "storage"
    ]
  ] .
""",
        "load-graphdb.sh": f"""#!/bin/sh
# Load the shards into a new repository of GraphDB, while its server is stopped:  load-graphdb.sh
# https://graphdb.ontotext.com/documentation/10.1/loading-data-using-importrdf.html, "Load vs Preload": preload infers nothing and needs twice the disk.
# IMPORTRDF names the program, in bin/ of the distribution; GRAPHDB_HOME the folder of the server's data, if it is not the usual one.
{_BEGIN}"${{IMPORTRDF:-importrdf}}" ${{GRAPHDB_HOME:+"-Dgraphdb.home=$GRAPHDB_HOME"}} preload -c "$here/graphdb-repository.ttl" "$here"/{_FILES}
{_END}""",
    }


def _fuseki(order: Order) -> dict[str, str]:
    loader = "tdb2.tdbloader --loader=parallel" if order.quads < LARGE else "tdb2.xloader"
    return {
        "fuseki.ttl": f"""# For `fuseki-server --conf=fuseki.ttl`, run where load-fuseki.sh was run; queries go to /{_NAME}/query.
# https://jena.apache.org/documentation/tdb2/tdb2_fuseki.html and https://jena.apache.org/documentation/fuseki2/fuseki-config-endpoint.html
PREFIX fuseki: <http://jena.apache.org/fuseki#>
PREFIX tdb2: <http://jena.apache.org/2016/tdb#>

[] a fuseki:Server ; fuseki:services ( <#service> ) .

<#service> a fuseki:Service ;
  fuseki:name "{_NAME}" ;
  fuseki:endpoint [ fuseki:operation fuseki:query ; fuseki:name "query" ] ;
  fuseki:dataset <#dataset> .

<#dataset> a tdb2:DatasetTDB2 ;
  tdb2:location "{_NAME}-tdb2" ;
  tdb2:unionDefaultGraph true .
""",
        "load-fuseki.sh": f"""#!/bin/sh
# Load the shards into a new TDB2 database, {_NAME}-tdb2 in the working directory:  load-fuseki.sh
# https://jena.apache.org/documentation/tdb2/tdb2_cmds.html and https://jena.apache.org/documentation/tdb/tdb-xloader.html: the latter is for very large
# data, from {LARGE:,} quads here, makes a new database only, and needs sort(1) and gzip. Syntax is by file name, also with .gz.
{_BEGIN}if [ -e {_NAME}-tdb2 ]; then
  echo "{_NAME}-tdb2: is there already; remove it, or work in another directory" >&2
  exit 1
fi
{loader} --loc {_NAME}-tdb2 "$here"/{_FILES}
{_END}""",
    }


def _neptune(order: Order) -> dict[str, str]:
    assert order.neptune is not None
    source = f"{order.neptune.source.rstrip('/')}/{STEM}"
    request = {
        "source": source,
        "format": "nquads",
        "iamRoleArn": order.neptune.role,
        "region": order.neptune.region,
        "mode": "AUTO",
        "failOnError": "TRUE",
        "parallelism": "HIGH",
        "queueRequest": "TRUE",
    }
    return {
        "neptune.json": json.dumps(request, indent=2) + "\n",
        "load-neptune.sh": f"""#!/bin/sh
# Copy the shards to S3 and let Neptune load them:  load-neptune.sh ENDPOINT:PORT
# https://docs.aws.amazon.com/neptune/latest/userguide/load-api-reference-load.html: source is the beginning of the names of all that is loaded.
# https://docs.aws.amazon.com/neptune/latest/userguide/bulk-load-tutorial-format.html: each file may be gzipped by itself.
# A cluster with IAM authentication wants a signed request: CURL="awscurl --service neptune-db --region {order.neptune.region}".
endpoint=${{1:?ENDPOINT:PORT of the cluster}}
{_BEGIN}aws s3 cp "$here" {order.neptune.source.rstrip("/")}/ --recursive --exclude '*' --include '{_FILES}'
${{CURL:-curl --fail-with-body}} -X POST -H 'Content-Type: application/json' "https://$endpoint/loader" -d @"$here/neptune.json"
# The answer names the job: GET https://ENDPOINT:PORT/loader/JOB says how far it is.
{_END}""",
    }


STORES: Final[Mapping[str, Callable[[Order], dict[str, str]]]] = {
    "fuseki": _fuseki,
    "graphdb": _graphdb,
    "neptune": _neptune,
    "oxigraph": _oxigraph,
    "qlever": _qlever,
    "virtuoso": _virtuoso,
}
"""By name."""
