{#- How many times a path may turn off to a parent that is not the first; histories seldom turn off twice. -#}
{%- set turns = 3 -%}

with recursive parent as (
    select * from {{ ref('int_github__commit_parent') }}
),

deployment as (
    select
        stream_key,
        repository_key,
        commit_sha,
        min(succeeded_at) as succeeded_at
    from {{ ref('int_github__service_deployment') }}
    where
        is_source_of_truth
        and environment_kind in ('production', 'staging')
        and succeeded_at is not null
        and repository_key is not null
        and commit_sha is not null
    group by
        stream_key,
        repository_key,
        commit_sha
),

-- From each deployed commit back along first parents, as far as an earlier deployment has not been.
main_walk (stream_key, repository_key, commit_sha, succeeded_at, deployed_sha, steps) as (
    select
        stream_key,
        repository_key,
        commit_sha,
        succeeded_at,
        commit_sha as deployed_sha,
        -- As wide as what is added to it: both parts of a recursion must have the same types.
        0::number(38, 0) as steps
    from deployment
    union all
    select
        main_walk.stream_key,
        main_walk.repository_key,
        parent.parent_sha as commit_sha,
        main_walk.succeeded_at,
        main_walk.deployed_sha,
        main_walk.steps + 1 as steps
    from main_walk
    inner join parent
        on
            main_walk.repository_key = parent.repository_key
            and main_walk.commit_sha = parent.commit_sha
            and parent.parent_number = 1
    left join deployment as earlier
        on
            main_walk.stream_key = earlier.stream_key
            and parent.parent_sha = earlier.commit_sha
            and main_walk.succeeded_at >= earlier.succeeded_at
    where earlier.commit_sha is null
),

reached_0 as (
    select *
    from main_walk
    qualify row_number() over (
        partition by stream_key, commit_sha
        order by succeeded_at asc, steps asc
    ) = 1
),

{% for turn in range(1, turns + 1) %}
-- From the other parents of merges, again along first parents, to commits not reached before or only later.
side_walk_{{ turn }} (stream_key, repository_key, commit_sha, succeeded_at, deployed_sha, steps) as (
    select
        reached.stream_key,
        reached.repository_key,
        parent.parent_sha as commit_sha,
        reached.succeeded_at,
        reached.deployed_sha,
        reached.steps + 1 as steps
    from reached_{{ turn - 1 }} as reached
    inner join parent
        on
            reached.repository_key = parent.repository_key
            and reached.commit_sha = parent.commit_sha
            and parent.parent_number > 1
    left join reached_{{ turn - 1 }} as known
        on
            reached.stream_key = known.stream_key
            and parent.parent_sha = known.commit_sha
    where known.commit_sha is null or known.succeeded_at > reached.succeeded_at
    union all
    select
        side_walk_{{ turn }}.stream_key,
        side_walk_{{ turn }}.repository_key,
        parent.parent_sha as commit_sha,
        side_walk_{{ turn }}.succeeded_at,
        side_walk_{{ turn }}.deployed_sha,
        side_walk_{{ turn }}.steps + 1 as steps
    from side_walk_{{ turn }}
    inner join parent
        on
            side_walk_{{ turn }}.repository_key = parent.repository_key
            and side_walk_{{ turn }}.commit_sha = parent.commit_sha
            and parent.parent_number = 1
    left join reached_{{ turn - 1 }} as known
        on
            side_walk_{{ turn }}.stream_key = known.stream_key
            and parent.parent_sha = known.commit_sha
    where known.commit_sha is null or known.succeeded_at > side_walk_{{ turn }}.succeeded_at
),

reached_{{ turn }} as (
    select *
    from (
        select * from reached_{{ turn - 1 }}
        union all
        select * from side_walk_{{ turn }}
    )
    qualify row_number() over (
        partition by stream_key, commit_sha
        order by succeeded_at asc, steps asc
    ) = 1
),
{% endfor %}

-- Where yet another turn would lead to commits not reached before or only later, the walk has not seen all.
unseen as (
    select distinct
        reached.stream_key,
        reached.deployed_sha
    from reached_{{ turns }} as reached
    inner join parent
        on
            reached.repository_key = parent.repository_key
            and reached.commit_sha = parent.commit_sha
            and parent.parent_number > 1
    inner join {{ ref('stg_github__commit') }} as loaded
        on
            parent.repository_key = loaded.repository_key
            and parent.parent_sha = loaded.commit_sha
    left join reached_{{ turns }} as known
        on
            reached.stream_key = known.stream_key
            and parent.parent_sha = known.commit_sha
    where known.commit_sha is null or known.succeeded_at > reached.succeeded_at
),

final as (
    select
        reached.stream_key,
        reached.repository_key,
        reached.commit_sha,
        reached.deployed_sha,
        reached.succeeded_at,
        unseen.deployed_sha is null as is_walked_to_the_end
    from reached_{{ turns }} as reached
    left join unseen
        on
            reached.stream_key = unseen.stream_key
            and reached.deployed_sha = unseen.deployed_sha
)

select * from final
