{% test same_row_count(model, compare_to, key, that='true') %}
    {#- As many rows as another relation has values of a key, among the rows of it that a condition holds for. -#}
    select
        (select count(distinct {{ key }}) from {{ model }}) as here,
        (select count(distinct {{ key }}) from {{ compare_to }} where {{ that }}) as there
    where here <> there
{% endtest %}
