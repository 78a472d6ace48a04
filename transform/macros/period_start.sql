{% macro period_start(period, moment) -%}
    {#-
        The first day of the day or week (Monday to Sunday) that a moment lies in. Where date_trunc begins a week is
        a matter of the account: its parameter WEEK_START.
    -#}
    {%- if period == 'week' -%}
        dateadd('day', 1 - dayofweekiso({{ moment }}), {{ moment }}::date)::date
    {%- else -%}
        {{ moment }}::date
    {%- endif -%}
{%- endmacro %}
