{% macro changes_by_people() -%}
    {#-
        The files of commits that people changed, noise left out. An account is what it is known as now: it was a bot
        before anybody saw that, too. An author that no account matches may be anybody, and stays.
    -#}
    select commit_file.*
    from {{ ref('fct_github__commit_file') }} as commit_file
    left join {{ ref('dim_github__user') }} as author
        on
            lower(commit_file.author_login) = author.github_login
            and author.is_current
    where
        not commit_file.is_noise
        and coalesce(author.account_type, 'human') = 'human'
{%- endmacro %}
