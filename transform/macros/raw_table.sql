{% macro raw_table(table) -%}
    {#- A raw table; where the loader has not made it (its stream was never selected), no rows in its shape. -#}
    {%- if not execute or load_relation(table) is not none -%}
        {{ table }}
    {%- else -%}
        {%- set found = graph.sources.values()
            | selectattr('identifier', 'equalto', table.identifier)
            | selectattr('schema', 'equalto', table.schema) | first -%}
        (
            select
            {%- for column in found.columns.values() %}
                cast(null as {{ column.data_type }}) as {{ column.name }}{{ ',' if not loop.last }}
            {%- endfor %}
            where false
        )
    {%- endif -%}
{%- endmacro %}
