{% macro raw_rows(name) -%}
    {#- The rows in the shape of a raw table, from where the variable raw_source says they are. -#}
    {%- if var('raw_source') == 'fivetran' -%}
        {{ ref('fivetran_github__' ~ name) }}
    {%- elif var('raw_source') == 'tap' -%}
        {{ raw_table(source('github', name)) }}
    {%- else -%}
        {{ exceptions.raise_compiler_error("raw_source is tap or fivetran, not " ~ var('raw_source')) }}
    {%- endif -%}
{%- endmacro %}


{% macro utc(column) -%}
    {#- A moment with a zone as UTC without one. -#}
    cast(convert_timezone('UTC', {{ column }}) as timestamp_ntz)
{%- endmacro %}
