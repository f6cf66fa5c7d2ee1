{{ staged_figures('headline_figures') }}
