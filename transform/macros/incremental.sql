{% macro since() -%}
    {#-
        The moment of load from which an incremental run looks again at its inputs, as a literal: only by a
        literal can the warehouse leave out partitions before it begins.
    -#}
    {%- if execute -%}
        {%- set newest = run_query('select max(_ingested_at) from ' ~ this).columns[0].values() | first -%}
    {%- endif -%}
    dateadd('hour', -{{ var('lookback_hours') }}, '{{ newest or '1970-01-01 00:00:00' }}'::timestamp_ntz)
{%- endmacro %}


{% macro changed_cte(query) -%}
    {#- The CTE `changed` of an incremental run, of which current_rows() makes use. -#}
    {%- if is_incremental() -%}
        changed as (
            {{ query }}
        ),
    {%- endif -%}
{%- endmacro %}


{% macro changed_pull_requests() -%}
    {#-
        The pull requests of which anything was loaded again since the last run: the row itself, a review, a
        commit, or who its people are. Deleted rows count, since they were loaded as deleted.
    -#}
    {%- set since = since() if is_incremental() -%}
    {%- for name in ['pull_request', 'pull_request_review', 'pull_request_commit'] %}
    select
        pull_request_key,
        pull_request_id
    from {{ ref('base_github__' ~ name) }}
    where _ingested_at > {{ since }}
    {{ 'union' if not loop.last }}
    {%- endfor %}
    {{ of_changed_people('pull_request', "coalesce(named.author_login, 'ghost')", ['pull_request_key', 'pull_request_id'], since) }}
    {{ of_changed_people('pull_request', 'named.merged_by_login', ['pull_request_key', 'pull_request_id'], since) }}
    {{ of_changed_people('pull_request_review', "coalesce(named.reviewer_login, 'ghost')", ['pull_request_key', 'pull_request_id'], since) }}
{%- endmacro %}


{% macro changed_commits() -%}
    {#- The commits that were loaded again since the last run, or whose author is somebody else now. -#}
    {%- set since = since() if is_incremental() -%}
    select
        commit_key,
        committed_at
    from {{ ref('base_github__commit_file') }}
    where _ingested_at > {{ since }}
    {{ of_changed_people('commit_file', 'named.author_login', ['commit_key', 'committed_at'], since) }}
{%- endmacro %}


{% macro of_changed_people(name, login, columns, since) -%}
    {#-
        A further part of a union: rows of a raw table by people who are somebody else since then. Most runs know
        of none, and need not read the table to find nothing. LOGIN is what the facts join people by.
    -#}
    {%- set people = ref('snap_github__user') -%}
    {%- set rows = ref('base_github__' ~ name) -%}
    {%- set found = 1 -%}
    {%- if execute and is_incremental() -%}
        {%- set query = 'select count(*) from ' ~ people ~ ' where dbt_updated_at > ' ~ since -%}
        {%- set found = run_query(query).columns[0].values() | first -%}
    {%- endif -%}
    {%- if found %}
    union
    select
        {%- for column in columns %}
        named.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ rows }} as named
    inner join {{ people }} as person
        on lower({{ login }}) = person.github_login
    where person.dbt_updated_at > {{ since }}
    {%- endif %}
{%- endmacro %}


{% macro of_renamed_repositories(columns) -%}
    {#-
        A further part of a union: rows of this table whose repository has got another name since then. Most runs
        know of none, and need not read the table to find nothing.
    -#}
    {%- set names = ref('int_github__repository_name') -%}
    {%- set found = 0 -%}
    {%- if execute and is_incremental() -%}
        {%- set since = since() -%}
        {%- set query = 'select count(*) from ' ~ names ~ ' where named_at > ' ~ since -%}
        {%- set found = run_query(query).columns[0].values() | first -%}
    {%- endif -%}
    {%- if found %}
    union
    select
        {%- for column in columns %}
        known.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ this }} as known
    inner join {{ names }} as repository
        on known.repository_key = repository.repository_key
    where
        repository.named_at > {{ since }}
        and known.repository_full_name is distinct from repository.repository_full_name
    {%- endif %}
{%- endmacro %}


{% macro changed_range(query, column='pull_request_id') -%}
    {#-
        Between which values of a column the changed rows lie, as a condition of literals: what is joined to them
        lies there too, and the warehouse can leave out partitions by it whichever way it joins.
    -#}
    {%- if execute and is_incremental() -%}
        {%- set found = run_query('select min(' ~ column ~ '), max(' ~ column ~ ') from (' ~ query ~ ')').columns -%}
        {%- set least, most = found[0].values() | first, found[1].values() | first -%}
        {{ column }} between {{ 'null' if least is none else least }} and {{ 'null' if most is none else most }}
    {%- endif -%}
{%- endmacro %}


{% macro current_rows(name, row_key, order_by, scope=['pull_request_key', 'pull_request_id'], within=none) -%}
    {#-
        The current rows of a raw table: of each key the newest version, unless that one is deleted. An
        incremental run reads only rows whose `scope` is among the changed ones; this restriction stands
        below the deduplication, so that the whole table need not be sorted. Of the scope, the key decides; the
        other column stands in the raw table as it is, so that the warehouse can leave out partitions by it, and
        by the range of the changed ones where it is given.
    -#}
    {%- set versions = ref('base_github__' ~ name) -%}
    {%- set newest = ref('stg_github__' ~ name) -%}
    {%- if is_incremental() -%}
        select * exclude (_deleted_at)
        from (
            select *
            from {{ versions }}
            where
                {%- for column in scope %}
                {{ column }} in (select changed.{{ column }} from changed){{ ' and' if not loop.last }}
                {%- endfor %}
                {%- if within %}
                and {{ within }}
                {%- endif %}
            qualify row_number() over (
                partition by {{ row_key }}
                order by _ingested_at desc, {{ order_by }} desc nulls last
            ) = 1
        ) as newest
        where _deleted_at is null
    {%- else -%}
        select * from {{ newest }}
    {%- endif -%}
{%- endmacro %}


{% macro only_differences(final, key, moment) -%}
    {#-
        Rows that are not in the table as they are: a run over unchanged data writes nothing. The moment never
        changes for a key; by it, the warehouse can leave out partitions.
    -#}
    {%- if is_incremental() -%}
        {%- set columns = adapter.get_columns_in_relation(this) | map(attribute='name') | map('lower') | join(', ') -%}
        select {{ columns }} from {{ final }}
        except
        select {{ columns }}
        from {{ this }}
        where
            {{ key }} in (select {{ final }}.{{ key }} from {{ final }})
            and {{ moment }} in (select {{ final }}.{{ moment }} from {{ final }})
    {%- else -%}
        select * from {{ final }}
    {%- endif -%}
{%- endmacro %}


{% macro delete_vanished(name, row_key, order_by) -%}
    {#-
        Takes rows out of an incremental table that were loaded as deleted since the last run, and not again
        after that; to be run before its merge.
    -#}
    {%- set versions = ref('base_github__' ~ name) -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where {{ row_key }} in (
            select {{ row_key }}
            from {{ versions }}
            where {{ row_key }} in (
                select deleted.{{ row_key }}
                from {{ versions }} as deleted
                where deleted._ingested_at > {{ since() }} and deleted._deleted_at is not null
            )
            qualify
                row_number() over (
                    partition by {{ row_key }}
                    order by _ingested_at desc, {{ order_by }} desc nulls last
                ) = 1
                and _deleted_at is not null
        )
    {%- endif -%}
{%- endmacro %}


{% macro delete_unmatched(name, row_key) -%}
    {#- Takes rows out of an incremental table that the model it is made of has no more. -#}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where {{ row_key }} not in (select made.{{ row_key }} from {{ ref(name) }} as made)
    {%- endif -%}
{%- endmacro %}
