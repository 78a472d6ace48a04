{% macro duration_percentiles(column, name) -%}
    {#- p50, p75 and p95 in seconds by interpolation, the number of cases, and whether these are few. -#}
    percentile_cont(0.5) within group (order by {{ column }}::float) as {{ name }}_p50_seconds,
    percentile_cont(0.75) within group (order by {{ column }}::float) as {{ name }}_p75_seconds,
    percentile_cont(0.95) within group (order by {{ column }}::float) as {{ name }}_p95_seconds,
    count({{ column }}) as {{ name }}_case_count,
    count({{ column }}) < {{ var('small_sample') }} as is_{{ name }}_small_sample
{%- endmacro %}


{% macro pull_request_report(period) -%}
    {#-
        What became of pull requests by period of their merge (of their opening, for what was opened), for the
        whole organisation, each repository, and each team of authors. Only people count as authors.
    -#}
    with pull_request as (
        select *
        from {{ ref('fct_github__pull_request') }}
        where author_type = 'human'
    ),

    scoped as (
        select
            'organization' as scope_type,
            source_org as scope_name,
            *
        from pull_request
        union all
        select
            'repository' as scope_type,
            repository_full_name as scope_name,
            *
        from pull_request
        union all
        select
            'team' as scope_type,
            coalesce(author_team, 'unknown') as scope_name,
            *
        from pull_request
    ),

    opened as (
        select
            {{ period_start(period, 'created_at') }} as period_start,
            source_org,
            scope_type,
            scope_name,
            count(*) as opened_count
        from scoped
        group by
            {{ period_start(period, 'created_at') }},
            source_org,
            scope_type,
            scope_name
    ),

    closed as (
        select
            {{ period_start(period, 'closed_at') }} as period_start,
            source_org,
            scope_type,
            scope_name,
            count(*) as closed_unmerged_count
        from scoped
        where not is_merged and closed_at is not null
        group by
            {{ period_start(period, 'closed_at') }},
            source_org,
            scope_type,
            scope_name
    ),

    merged as (
        select
            {{ period_start(period, 'merged_at') }} as period_start,
            source_org,
            scope_type,
            scope_name,
            count(*) as merged_count,
            count(distinct author_person_key) as author_count,
            count_if(is_reviewed) as reviewed_count,
            count_if(is_self_merged) as self_merged_count,
            count_if(is_reverted) as reverted_count,
            sum(additions) as additions,
            sum(deletions) as deletions,
            percentile_cont(0.5) within group (order by changed_lines::float) as changed_lines_p50,
            {{ duration_percentiles('seconds_to_first_review', 'first_review') }},
            {{ duration_percentiles('seconds_to_first_approval', 'first_approval') }},
            {{ duration_percentiles('seconds_to_merge', 'merge') }}
        from scoped
        where is_merged
        group by
            {{ period_start(period, 'merged_at') }},
            source_org,
            scope_type,
            scope_name
    ),

    period as (
        select
            period_start,
            source_org,
            scope_type,
            scope_name
        from opened
        union
        select
            period_start,
            source_org,
            scope_type,
            scope_name
        from closed
        union
        select
            period_start,
            source_org,
            scope_type,
            scope_name
        from merged
    )

    select
        period.period_start || '|' || period.source_org || '|' || period.scope_type || '|' || period.scope_name
            as report_key,
        period.period_start,
        period.source_org,
        period.scope_type,
        period.scope_name,
        coalesce(opened.opened_count, 0) as opened_count,
        coalesce(merged.merged_count, 0) as merged_count,
        coalesce(closed.closed_unmerged_count, 0) as closed_unmerged_count,
        coalesce(merged.author_count, 0) as author_count,
        coalesce(merged.reviewed_count, 0) as reviewed_count,
        {{ share_of('merged.reviewed_count', 'merged.merged_count') }} as review_coverage,
        coalesce(merged.self_merged_count, 0) as self_merged_count,
        coalesce(merged.reverted_count, 0) as reverted_count,
        coalesce(merged.additions, 0) as additions,
        coalesce(merged.deletions, 0) as deletions,
        merged.changed_lines_p50,
        {%- for name in ['first_review', 'first_approval', 'merge'] %}
        merged.{{ name }}_p50_seconds,
        merged.{{ name }}_p75_seconds,
        merged.{{ name }}_p95_seconds,
        coalesce(merged.{{ name }}_case_count, 0) as {{ name }}_case_count,
        coalesce(merged.is_{{ name }}_small_sample, true) as is_{{ name }}_small_sample{{ ',' if not loop.last }}
        {%- endfor %}
    from period
    left join opened using (period_start, source_org, scope_type, scope_name)
    left join closed using (period_start, source_org, scope_type, scope_name)
    left join merged using (period_start, source_org, scope_type, scope_name)
{%- endmacro %}
