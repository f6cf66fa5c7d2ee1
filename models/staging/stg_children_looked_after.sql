{{ staged_figures('children_looked_after') }}
