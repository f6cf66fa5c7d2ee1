{{ staged_figures('child_protection_plans') }}
