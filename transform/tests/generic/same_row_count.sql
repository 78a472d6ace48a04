{% test same_row_count(model, compare_to, key) %}
    {#- As many rows as another relation has values of a key. -#}
    select
        (select count(distinct {{ key }}) from {{ model }}) as here,
        (select count(distinct {{ key }}) from {{ compare_to }}) as there
    where here <> there
{% endtest %}
