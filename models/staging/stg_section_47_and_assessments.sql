{{ staged_figures('section_47_and_assessments') }}
