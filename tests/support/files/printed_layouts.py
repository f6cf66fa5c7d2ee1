"""SYNTHETIC tables laid out as councils print them, and the figures that stand in them.

A table is text: a row in a line, `|` between its cells, a blank line for a blank row. Below it
stand its figures: row of the warehouse, unit, then each period with its value. Q1 is April to June.
"""

from __future__ import annotations

from typing import NamedTuple


class Printed(NamedTuple):
    """A printed table: its rows, its figures, and what of it must be left out by name."""

    table: str
    figures: str
    left_out: str = ""


class Open(NamedTuple):
    """A printed table that only a person can make out: the row and the words of the message."""

    table: str
    row: str
    says: str


SCORECARDS = {
    "scorecard": Printed(
        """
        Anytown children's services: performance scorecard

        Ref | Indicator | Good is | Target | 2020-21 | 2021-22 | 2022-23 | RAG | DoT | England | SN
        Front door
        FD1 | Number of initial contacts | - | | 9,100 | 9,400 | 9,800 | | ↑ | |
        FD2 | Number of referrals | Low | 2,000 | 2,010 | 2,120 | 2,240 | A | ↑ | 650,270 | 3,100
        FD3 | % re-referrals | Low | 20% | 21.0% | 22.4% | 19.9% | G | ↓ | 22.4% | 21.0%
        Assessments
        AS1 | Assessments completed | | | 1,900 | 1,950 | 2,005 | | → | |
        AS2 | % assessments in 45 days | High | 90% | 84.1% | 86.0% | 91.3% | G | ↑ | 82.4% | 85%
        AS3 | Number of section 47 enquiries | | | 640 | 655 | 701 | | ↑ | |
        Child protection
        CP1 | Children on a child protection plan at 31 March | | | 310 | 325 | 298 | A | ↓ | |
        CP2 | Visits in time | High | 95% | 91.2% | 93.0% | 94.4% | A | ↑ | |
        Children looked after
        LA1 | Children looked after at 31 March | | 600 | 590 | 612 | 640 | R | ↑ | |
        LA2 | Three or more placements | Low | 10% | 9.1% | 8.8% | 10.2% | A | ↑ | 10% | 9%
        Note: RAG is against the target of the year.
        """,
        """
        initial_contacts count 2020-21 9,100 2021-22 9,400 2022-23 9,800
        referrals count 2020-21 2,010 2021-22 2,120 2022-23 2,240
        assessments count 2020-21 1,900 2021-22 1,950 2022-23 2,005
        assessments percent 2020-21 84.1% 2021-22 86.0% 2022-23 91.3%
        section_47_enquiries count 2020-21 640 2021-22 655 2022-23 701
        plans_at_year_end count 2020-21 310 2021-22 325 2022-23 298
        children_looked_after count 2020-21 590 2021-22 612 2022-23 640
        """,
        "2,000 650,270 3,100 22.4% 19.9% 94.4% 10.2% 600",
    ),
    "scorecard with groups above the columns": Printed(
        """
        Scorecard
         | Anytown | | | England | | SN |
        Measure | 2020/21 | 2021/22 | 2022/23 | 2020/21 | 2021/22 | 2020/21 | 2021/22
        Referrals | 2010 | 2120 | 2240 | 597,760 | 650,270 | 3000 | 3100
        Section 47 enquiries | 640 | 655 | 701 | 198,790 | 217,800 | 900 | 950
        Children looked after at 31 March | 590 | 612 | 640 | 80,850 | 82,170 | 700 | 710
        """,
        """
        referrals count 2020-21 2010 2021-22 2120 2022-23 2240
        section_47_enquiries count 2020-21 640 2021-22 655 2022-23 701
        children_looked_after count 2020-21 590 2021-22 612 2022-23 640
        """,
        "597,760 3100",
    ),
    "scorecard with periods beside words": Printed(
        """
        Indicator | Target 2022/23 | 2021/22 | 2022/23 | Change | England 2022/23
        Number of referrals | 2,000 | 2,120 | 2,240 | +120 | 640,430
        Assessments completed within 45 working days (%) | 90% | 86.0% | 91.3% | 5.3 | 82.4%
        Number of CLA | 600 | 612 | 640 | 28 | 83,840
        """,
        """
        referrals count 2021-22 2,120 2022-23 2,240
        assessments percent 2021-22 86.0% 2022-23 91.3%
        children_looked_after count 2021-22 612 2022-23 640
        """,
        "2,000 90% 640,430 28",
    ),
    "scorecard with a column of units": Printed(
        """
        Measure | Unit | 2021-22 | 2022-23 | Trend
        Referrals | Number | 2120 | 2240 | up
        Referrals from the police | % | 31.0 | 30.2 | down
        Assessments in timescale | % | 86.0 | 91.3 | up
        Children looked after | Number | 612 | 640 | up
        Children looked after | Rate per 10,000 | 61.1 | 63.2 | up
        """,
        """
        referrals count 2021-22 2120 2022-23 2240
        police percent 2021-22 31.0 2022-23 30.2
        assessments percent 2021-22 86.0 2022-23 91.3
        children_looked_after count 2021-22 612 2022-23 640
        """,
        "61.1 63.2",
    ),
    "scorecard of sections": Printed(
        """
        Safeguarding data report
        Performance indicator | 2021-22 | 2022-23
        Referrals
        Number of referrals | 2120 | 2240
        % re-referrals | 20.1% | 19.9%
        Source of referrals
        Police | 650 | 700
        Schools | 430 | 460
        Health services | 300 | 310
        New child protection plans by category
        Neglect | 150 | 160
        Emotional abuse | 90 | 95
        Sexual abuse | 12 | 11
        Physical abuse | 20 | 22
        Total | 272 | 288
        Care leavers
        In employment, education or training | 61% | 63%
        In suitable accommodation | 90% | 91%
        """,
        """
        referrals count 2021-22 2120 2022-23 2240
        police count 2021-22 650 2022-23 700
        education count 2021-22 430 2022-23 460
        health_services count 2021-22 300 2022-23 310
        new_plans_neglect count 2021-22 150 2022-23 160
        new_plans_emotional_abuse count 2021-22 90 2022-23 95
        new_plans_sexual_abuse count 2021-22 12 2022-23 11
        new_plans_physical_abuse count 2021-22 20 2022-23 22
        """,
        "20.1% 272 288 61% 91%",
    ),
    "scorecard of quarters": Printed(
        """
        Children in care: quarterly scorecard
        Measure | Target | Q1 22/23 | Q2 22/23 | Q3 22/23 | Q4 22/23 | RAG
        Children entering care | | 40 | 38 | 45 | 41 | A
        Children leaving care | | 35 | 36 | 30 | 44 | G
        Placement moves | 10% | 9.1% | 9.0% | 8.8% | 8.9% | G
        """,
        """
        entered_care count Q1 40 Q2 38 Q3 45 Q4 41
        left_care count Q1 35 Q2 36 Q3 30 Q4 44
        """,
        "10% 9.1%",
    ),
    "scorecard of one year": Printed(
        """
        Outcome | Measure | 2022-23 | Target | RAG
        Children are safe | Number of Section 47 enquiries | 701 | |
        | Number of new referrals | 2240 | 2000 | Red
        | Number of looked after children at 31 March | 640 | 600 | Amber
        """,
        """
        section_47_enquiries count 2022-23 701
        referrals count 2022-23 2240
        children_looked_after count 2022-23 640
        """,
        "2000 600",
    ),
    "scorecard with outturns": Printed(
        """
        Key performance indicators
        PI | Description | 2021/22 outturn | 2022/23 outturn | 2022/23 target | Status
        KPI 1 | Number of assessments completed | 1950 | 2005 | |
        KPI 2 | S47 enquiries | 655 | 701 | |
        KPI 3 | Number of children on a CPP | 325 | 298 | 300 | Green
        """,
        """
        assessments count 2021-22 1950 2022-23 2005
        section_47_enquiries count 2021-22 655 2022-23 701
        plans_at_year_end count 2021-22 325 2022-23 298
        """,
        "300",
    ),
    "scorecard with actual and target under each year": Printed(
        """
        Performance 2021 to 2023
        Measure | 2021-22 | | | 2022-23 | |
         | Actual | Target | RAG | Actual | Target | RAG
        Number of referrals | 2120 | 2000 | R | 2240 | 2000 | R
        Number of CLA at 31 March | 612 | 600 | A | 640 | 600 | R
        """,
        """
        referrals count 2021-22 2120 2022-23 2240
        children_looked_after count 2021-22 612 2022-23 640
        """,
        "2000 600",
    ),
    "scorecard with subheadings that say what their rows are": Printed(
        """
        Indicator | 2021-22 | 2022-23
        Section 47 enquiries
        Number | 655 | 701
        Rate per 10,000 | 66.0 | 70.2
        Assessments
        Number | 1950 | 2005
        % within 45 working days | 86.0% | 91.3%
        Children looked after at 31 March
        Number | 612 | 640
        Rate per 10,000 | 61.1 | 63.2
        """,
        """
        section_47_enquiries count 2021-22 655 2022-23 701
        assessments count 2021-22 1950 2022-23 2005
        assessments percent 2021-22 86.0% 2022-23 91.3%
        children_looked_after count 2021-22 612 2022-23 640
        """,
        "66.0 63.2",
    ),
}

DOWN = {
    "years down": Printed(
        """
        Table 1: Referrals and assessments
        Year | Referrals | Assessments | Section 47 enquiries
        2020-21 | 2010 | 1900 | 640
        2021-22 | 2120 | 1950 | 655
        2022-23 | 2240 | 2005 | 701
        Source: case management system.
        """,
        """
        referrals count 2020-21 2010 2021-22 2120 2022-23 2240
        assessments count 2020-21 1900 2021-22 1950 2022-23 2005
        section_47_enquiries count 2020-21 640 2021-22 655 2022-23 701
        """,
    ),
    "years down, newest first": Printed(
        """
        Year | Neglect | Emotional abuse | Physical abuse | Sexual abuse | Total
        2022/23 | 160 | 95 | 22 | 11 | 288
        2021/22 | 150 | 90 | 20 | 12 | 272
        """,
        """
        new_plans_neglect count 2021-22 150 2022-23 160
        new_plans_emotional_abuse count 2021-22 90 2022-23 95
        new_plans_physical_abuse count 2021-22 20 2022-23 22
        new_plans_sexual_abuse count 2021-22 12 2022-23 11
        """,
        "288 272",
    ),
    "years down, number and share of each": Printed(
        """
        New child protection plans by category
         | Neglect | | Emotional abuse |
        Year | Number | % | Number | %
        2021-22 | 150 | 55.1% | 90 | 33.1%
        2022-23 | 160 | 55.6% | 95 | 33.0%
        """,
        """
        new_plans_neglect count 2021-22 150 2022-23 160
        new_plans_neglect percent 2021-22 55.1% 2022-23 55.6%
        new_plans_emotional_abuse count 2021-22 90 2022-23 95
        new_plans_emotional_abuse percent 2021-22 33.1% 2022-23 33.0%
        """,
    ),
    "years down, unit in each heading": Printed(
        """
        Assessments
        Year | Number of assessments completed | % completed in time
        2021-22 | 1950 | 86.0%
        2022-23 | 2005 | 91.3%
        """,
        """
        assessments count 2021-22 1950 2022-23 2005
        assessments percent 2021-22 86.0% 2022-23 91.3%
        """,
    ),
    "years down, named by the title": Printed(
        """
        Children looked after at 31 March
        Year | Number | Rate per 10,000
        2021-22 | 612 | 61.1
        2022-23 | 640 | 63.2
        """,
        """
        children_looked_after count 2021-22 612 2022-23 640
        """,
        "61.1 63.2",
    ),
    "quarters down": Printed(
        """
        Period | Entering care | Leaving care | Net change
        Apr-Jun 2022 | 40 | 35 | 5
        Jul-Sep 2022 | 38 | 36 | 2
        Oct-Dec 2022 | 45 | 30 | 15
        Jan-Mar 2023 | 41 | 44 | -3
        """,
        """
        entered_care count Q1 40 Q2 38 Q3 45 Q4 41
        left_care count Q1 35 Q2 36 Q3 30 Q4 44
        net_change count Q1 5 Q2 2 Q3 15 Q4 -3
        """,
    ),
    "quarters down under their year": Printed(
        """
        Year | Quarter | Children entering care | Children leaving care
        2022-23 | Q1 | 40 | 35
         | Q2 | 38 | 36
         | Q3 | 45 | 30
         | Q4 | 41 | 44
        """,
        """
        entered_care count Q1 40 Q2 38 Q3 45 Q4 41
        left_care count Q1 35 Q2 36 Q3 30 Q4 44
        """,
    ),
    "one row for each figure": Printed(
        """
        Year | Referral source | Referrals | % of referrals
        2021-22 | Police | 650 | 30.7%
        2021-22 | Schools | 430 | 20.3%
        2021-22 | Health services | 300 | 14.2%
        2022-23 | Police | 700 | 31.3%
        2022-23 | Schools | 460 | 20.5%
        2022-23 | Health services | 310 | 13.8%
        Applied filters: Directorate is Children
        """,
        """
        police count 2021-22 650 2022-23 700
        police percent 2021-22 30.7% 2022-23 31.3%
        education count 2021-22 430 2022-23 460
        education percent 2021-22 20.3% 2022-23 20.5%
        health_services count 2021-22 300 2022-23 310
        health_services percent 2021-22 14.2% 2022-23 13.8%
        """,
    ),
    "one row for each measure and year": Printed(
        """
        Measure | Year | Value
        Referrals | 2021-22 | 2120
        Referrals | 2022-23 | 2240
        Section 47 enquiries | 2021-22 | 655
        Section 47 enquiries | 2022-23 | 701
        Children looked after at 31 March | 2021-22 | 612
        Children looked after at 31 March | 2022-23 | 640
        """,
        """
        referrals count 2021-22 2120 2022-23 2240
        section_47_enquiries count 2021-22 655 2022-23 701
        children_looked_after count 2021-22 612 2022-23 640
        """,
    ),
    "one row for each category, the year merged": Printed(
        """
        Financial year | Category of abuse | Number of new plans | %
        2021-22 | Neglect | 150 | 55.1
         | Emotional abuse | 90 | 33.1
         | Physical abuse | 32 | 11.8
         | Total | 272 | 100
        2022-23 | Neglect | 160 | 55.6
         | Emotional abuse | 95 | 33.0
         | Physical abuse | 33 | 11.5
         | Total | 288 | 100
        """,
        """
        new_plans_neglect count 2021-22 150 2022-23 160
        new_plans_neglect percent 2021-22 55.1 2022-23 55.6
        new_plans_emotional_abuse count 2021-22 90 2022-23 95
        new_plans_emotional_abuse percent 2021-22 33.1 2022-23 33.0
        new_plans_physical_abuse count 2021-22 32 2022-23 33
        new_plans_physical_abuse percent 2021-22 11.8 2022-23 11.5
        """,
        "272 288 100",
    ),
    "years down with a target and comparators": Printed(
        """
        Year | Number of referrals | Target | England | Statistical neighbours
        2021-22 | 2120 | 2000 | 650,270 | 3100
        2022-23 | 2240 | 2000 | 640,430 | 3200
        """,
        """
        referrals count 2021-22 2120 2022-23 2240
        """,
        "2000 650,270 3200",
    ),
    "days down": Printed(
        """
        As at | Children subject to a child protection plan | Children looked after
        31 March 2021 | 310 | 590
        31 March 2022 | 325 | 612
        31 March 2023 | 298 | 640
        """,
        """
        plans_at_year_end count 2020-21 310 2021-22 325 2022-23 298
        children_looked_after count 2020-21 590 2021-22 612 2022-23 640
        """,
    ),
}

ACROSS = {
    "newest first": Printed(
        """
        Referrals by source | 2022-23 | 2021-22 | 2020-21
        Police | 700 | 650 | 600
        Schools | 460 | 430 | 400
        """,
        """
        police count 2020-21 600 2021-22 650 2022-23 700
        education count 2020-21 400 2021-22 430 2022-23 460
        """,
    ),
    "two tables side by side": Printed(
        """
        Referrals | 2021-22 | 2022-23 | | New child protection plans | 2021-22 | 2022-23
        Police | 650 | 700 | | Neglect | 150 | 160
        Schools | 430 | 460 | | Emotional abuse | 90 | 95
        Housing | 30 | 31 | | Physical abuse | 20 | 22
        """,
        """
        police count 2021-22 650 2022-23 700
        education count 2021-22 430 2022-23 460
        housing count 2021-22 30 2022-23 31
        new_plans_neglect count 2021-22 150 2022-23 160
        new_plans_emotional_abuse count 2021-22 90 2022-23 95
        new_plans_physical_abuse count 2021-22 20 2022-23 22
        """,
    ),
    "two tables side by side without a gap": Printed(
        """
        Source | 2021-22 | 2022-23 | Category | 2021-22 | 2022-23
        Police | 650 | 700 | Neglect | 150 | 160
        Schools | 430 | 460 | Emotional abuse | 90 | 95
        """,
        """
        police count 2021-22 650 2022-23 700
        education count 2021-22 430 2022-23 460
        new_plans_neglect count 2021-22 150 2022-23 160
        new_plans_emotional_abuse count 2021-22 90 2022-23 95
        """,
    ),
    "side by side, of other lengths and beginnings": Printed(
        """
        Table 1 Referrals by source | | | | Table 2 Children entering and leaving care | | |
         | 2021-22 | 2022-23 | | | | |
        Police | 650 | 700 | | Quarter | Entering care | Leaving care
        Schools | 430 | 460 | | Q1 2022-23 | 40 | 35
        Housing | 30 | 31 | | Q2 2022-23 | 38 | 36
        """,
        """
        police count 2021-22 650 2022-23 700
        education count 2021-22 430 2022-23 460
        housing count 2021-22 30 2022-23 31
        entered_care count Q1 40 Q2 38
        left_care count Q1 35 Q2 36
        """,
    ),
    "one block below another": Printed(
        """
        Table 1: Referrals
        Source | 2021-22 | 2022-23
        Police | 650 | 700
        Schools | 430 | 460
        Total | 1,080 | 1,160

        Table 2: Children in care
        Quarter | Q1 2022-23 | Q2 2022-23
        Entering care | 40 | 38
        Leaving care | 35 | 36
        """,
        """
        police count 2021-22 650 2022-23 700
        education count 2021-22 430 2022-23 460
        entered_care count Q1 40 Q2 38
        left_care count Q1 35 Q2 36
        """,
        "1,080 1,160",
    ),
    "one block below another, one of them down": Printed(
        """
        Table 1: Referrals
        Source | 2021-22 | 2022-23
        Police | 650 | 700
        Schools | 430 | 460

        Table 2: Children looked after at 31 March
        Year | Children looked after
        2021-22 | 612
        2022-23 | 640
        """,
        """
        police count 2021-22 650 2022-23 700
        education count 2021-22 430 2022-23 460
        children_looked_after count 2021-22 612 2022-23 640
        """,
    ),
    "quarters under their year": Printed(
        """
        Children in care | 2021-22 | | | | 2022-23 | | |
         | Q1 | Q2 | Q3 | Q4 | Q1 | Q2 | Q3 | Q4
        Entering care | 31 | 32 | 33 | 34 | 40 | 38 | 45 | 41
        Leaving care | 21 | 22 | 23 | 24 | 35 | 36 | 30 | 44
        """,
        """
        entered_care count 2021-22Q1 31 2021-22Q2 32 2021-22Q3 33 2021-22Q4 34
        entered_care count Q1 40 Q2 38 Q3 45 Q4 41
        left_care count 2021-22Q1 21 2021-22Q2 22 2021-22Q3 23 2021-22Q4 24
        left_care count Q1 35 Q2 36 Q3 30 Q4 44
        """,
    ),
    "months under their year, with a total": Printed(
        """
         | 2022/23 | | | |
         | Apr-Jun | Jul-Sep | Oct-Dec | Jan-Mar | Total
        Children entering care | 40 | 38 | 45 | 41 | 164
        Children leaving care | 35 | 36 | 30 | 44 | 145
        """,
        """
        entered_care count Q1 40 Q2 38 Q3 45 Q4 41
        left_care count Q1 35 Q2 36 Q3 30 Q4 44
        """,
        "164 145",
    ),
    "number and share under each year": Printed(
        """
        Referral source | 2021-22 | | 2022-23 |
         | Number | % | Number | %
        Police | 650 | 60.2% | 700 | 60.3%
        Schools | 430 | 39.8% | 460 | 39.7%
        Total | 1080 | 100% | 1160 | 100%
        * Includes referrals from other forces.
        """,
        """
        police count 2021-22 650 2022-23 700
        police percent 2021-22 60.2% 2022-23 60.3%
        education count 2021-22 430 2022-23 460
        education percent 2021-22 39.8% 2022-23 39.7%
        """,
        "1080 100%",
    ),
    "years under number and share": Printed(
        """
         | Number | | Percentage |
        Source | 2021-22 | 2022-23 | 2021-22 | 2022-23
        Police | 650 | 700 | 60.2% | 60.3%
        Schools | 430 | 460 | 39.8% | 39.7%
        """,
        """
        police count 2021-22 650 2022-23 700
        police percent 2021-22 60.2% 2022-23 60.3%
        education count 2021-22 430 2022-23 460
        education percent 2021-22 39.8% 2022-23 39.7%
        """,
    ),
    "number, share and rate under each year": Printed(
        """
        New plans | 2021-22 | | | 2022-23 | |
         | Number | % | Rate per 10,000 | Number | % | Rate per 10,000
        Neglect | 150 | 62.5% | 15.1 | 160 | 62.7% | 16.0
        Emotional abuse | 90 | 37.5% | 9.1 | 95 | 37.3% | 9.5
        """,
        """
        new_plans_neglect count 2021-22 150 2022-23 160
        new_plans_neglect percent 2021-22 62.5% 2022-23 62.7%
        new_plans_neglect rate_per_10000 2021-22 15.1 2022-23 16.0
        new_plans_emotional_abuse count 2021-22 90 2022-23 95
        new_plans_emotional_abuse percent 2021-22 37.5% 2022-23 37.3%
        new_plans_emotional_abuse rate_per_10000 2021-22 9.1 2022-23 9.5
        """,
    ),
    "share beside each year in one heading": Printed(
        """
        Source of referral | 2021-22 | % | 2022-23 | %
        Police | 650 | 60.2 | 700 | 60.3
        Schools | 430 | 39.8 | 460 | 39.7
        """,
        """
        police count 2021-22 650 2022-23 700
        police percent 2021-22 60.2 2022-23 60.3
        education count 2021-22 430 2022-23 460
        education percent 2021-22 39.8 2022-23 39.7
        """,
    ),
    "a column of changes": Printed(
        """
        Referrals | 2021-22 | 2022-23 | Change | % change
        Police | 650 | 700 | 50 | 7.7%
        Schools | 430 | 460 | 30 | 7.0%
        """,
        """
        police count 2021-22 650 2022-23 700
        education count 2021-22 430 2022-23 460
        """,
        "50 7.7%",
    ),
    "total of all children": Printed(
        """
        New child protection plans in the year | 2021-22 | 2022-23
        Neglect | 150 | 160
        Emotional abuse | 90 | 95
        Sub-total | 240 | 255
        Physical abuse | 20 | 22
        Grand total | 260 | 277
        """,
        """
        new_plans_neglect count 2021-22 150 2022-23 160
        new_plans_emotional_abuse count 2021-22 90 2022-23 95
        new_plans_physical_abuse count 2021-22 20 2022-23 22
        """,
        "240 277",
    ),
    "spaced columns": Printed(
        """
        Referrals | | 2021-22 | | 2022-23
        Police | | 650 | | 700
        Schools | | 430 | | 460
        """,
        """
        police count 2021-22 650 2022-23 700
        education count 2021-22 430 2022-23 460
        """,
    ),
}
QUARTERS = [
    f"Q{quarter} {year}-{year - 1999}" for year in range(2018, 2023) for quarter in range(1, 5)
]
SEVENTEEN = {
    "seventeen quarters": Printed(
        f"Care flows | {' | '.join(QUARTERS[:17])}\n Entering care | "
        + " | ".join(map(str, range(17)))
        + "\n ",
        "entered_care count " + " ".join(
            f"{name[3:]}{name[:2]} {value}" for value, name in enumerate(QUARTERS[:17])
        ),
    )
}  # fmt: skip
MORE = {
    "rows of the council and of England": Printed(
        """
        Table 7: Number of children looked after at 31 March

        Year ending 31 March | 2021 | 2022 | 2023
        Anytown | 590 | 612 | 640
        England | 80850 | 82170 | 83840
        """,
        """
        children_looked_after count 2020-21 590 2021-22 612 2022-23 640
        """,
        "80850",
    ),
    "sections of which one is ours": Printed(
        """
        Child protection plans 2021-22 to 2022-23
         | 2021/22 | | 2022/23 |
         | No. | % | No. | %
        Category of abuse
        Neglect | 150 | 55.1 | 160 | 55.6
        Emotional abuse | 90 | 33.1 | 95 | 33.0
        Physical abuse | 20 | 7.4 | 22 | 7.6
        Sexual abuse | 12 | 4.4 | 11 | 3.8
        Total | 272 | 100 | 288 | 100
        Gender
        Male | 140 | 51.5 | 150 | 52.1
        Female | 132 | 48.5 | 138 | 47.9
        Total | 272 | 100 | 288 | 100
        """,
        """
        new_plans_neglect count 2021-22 150 2022-23 160
        new_plans_neglect percent 2021-22 55.1 2022-23 55.6
        new_plans_emotional_abuse count 2021-22 90 2022-23 95
        new_plans_emotional_abuse percent 2021-22 33.1 2022-23 33.0
        new_plans_physical_abuse count 2021-22 20 2022-23 22
        new_plans_physical_abuse percent 2021-22 7.4 2022-23 7.6
        new_plans_sexual_abuse count 2021-22 12 2022-23 11
        new_plans_sexual_abuse percent 2021-22 4.4 2022-23 3.8
        """,
    ),
    "a category below another measure": Printed(
        """
        Indicator | 2021-22 | 2022-23
        Number of referrals | 2120 | 2240
        Children in need by primary need
        Abuse or neglect | 900 | 950
        Neglect | 300 | 310
        Family dysfunction | 400 | 420
        """,
        """

        referrals count 2021-22 2120 2022-23 2240
        """,
        "900 300 400",
    ),
    "an export with filters beneath": Printed(
        """
        Quarter | Measure | Count
        Q1 22/23 | Children entering care | 40
        Q1 22/23 | Children leaving care | 35
        Q2 22/23 | Children entering care | 38
        Q2 22/23 | Children leaving care | 36
        Total | | 149
        Applied filters:
        Year is 2022/23
        """,
        """
        entered_care count Q1 40 Q2 38
        left_care count Q1 35 Q2 36
        """,
        "149",
    ),
    "one row for each figure, with unit and target": Printed(
        """
        Indicator | Unit | Year | Value | Target
        Referrals | Number | 2021-22 | 2120 | 2000
        Referrals | Number | 2022-23 | 2240 | 2000
        Assessments completed within 45 working days | % | 2021-22 | 86.0 | 90
        Assessments completed within 45 working days | % | 2022-23 | 91.3 | 90
        """,
        """
        referrals count 2021-22 2120 2022-23 2240
        assessments percent 2021-22 86.0 2022-23 91.3
        """,
        "2000 90",
    ),
    "measures above years": Printed(
        """
         | Referrals | | Assessments |
         | 2021-22 | 2022-23 | 2021-22 | 2022-23
        Number | 2120 | 2240 | 1950 | 2005
        """,
        """
        referrals count 2021-22 2120 2022-23 2240
        assessments count 2021-22 1950 2022-23 2005
        """,
    ),
    "quarters down with the year's total": Printed(
        """
        Quarter | Children starting to be looked after | Children ceasing to be looked after
        Q1 2022-23 | 40 | 35
        Q2 2022-23 | 38 | 36
        Q3 2022-23 | 45 | 30
        Q4 2022-23 | 41 | 44
        2022-23 total | 164 | 145
        """,
        """
        entered_care count Q1 40 Q2 38 Q3 45 Q4 41
        left_care count Q1 35 Q2 36 Q3 30 Q4 44
        """,
        "164 145",
    ),
    "three blocks with titles": Printed(
        """
        Annual report: performance tables

        3.1 Contacts and referrals

         | 2021-22 | 2022-23
        Initial contacts | 9,400 | 9,800
        Referrals | 2,120 | 2,240

        3.2 Assessments

         | 2021-22 | 2022-23
        Assessments completed | 1,950 | 2,005
        In 45 working days | 86.0% | 91.3%

        3.3 Children looked after

         | 2021-22 | 2022-23
        Children looked after at 31 March | 612 | 640
        Care leavers in EET | 55% | 57%
        """,
        """
        initial_contacts count 2021-22 9,400 2022-23 9,800
        referrals count 2021-22 2,120 2022-23 2,240
        assessments count 2021-22 1,950 2022-23 2,005
        assessments percent 2021-22 86.0% 2022-23 91.3%
        children_looked_after count 2021-22 612 2022-23 640
        """,
        "55%",
    ),
    "side by side, each with number and share": Printed(
        """
        Referrals by source | | | | | | New plans by category | | | |
         | 2021-22 | | 2022-23 | | | | 2021-22 | | 2022-23 |
         | No | % | No | % | | | No | % | No | %
        Police | 650 | 60.2% | 700 | 60.3% | | Neglect | 150 | 62.5% | 160 | 62.7%
        Schools | 430 | 39.8% | 460 | 39.7% | | Emotional abuse | 90 | 37.5% | 95 | 37.3%
        """,
        """
        police count 2021-22 650 2022-23 700
        police percent 2021-22 60.2% 2022-23 60.3%
        education count 2021-22 430 2022-23 460
        education percent 2021-22 39.8% 2022-23 39.7%
        new_plans_neglect count 2021-22 150 2022-23 160
        new_plans_neglect percent 2021-22 62.5% 2022-23 62.7%
        new_plans_emotional_abuse count 2021-22 90 2022-23 95
        new_plans_emotional_abuse percent 2021-22 37.5% 2022-23 37.3%
        """,
    ),
    "quarters under the year of their days": Printed(
        """
         | 2022 | | | 2023
         | Apr-Jun | Jul-Sep | Oct-Dec | Jan-Mar
        Entering care | 40 | 38 | 45 | 41
        Leaving care | 35 | 36 | 30 | 44
        """,
        """
        entered_care count Q1 40 Q2 38 Q3 45 Q4 41
        left_care count Q1 35 Q2 36 Q3 30 Q4 44
        """,
    ),
    "quarters with the year in the title": Printed(
        """
        Care flows 2022-23
        Measure | Q1 | Q2 | Q3 | Q4
        Entering care | 40 | 38 | 45 | 41
        Leaving care | 35 | 36 | 30 | 44
        """,
        """
        entered_care count Q1 40 Q2 38 Q3 45 Q4 41
        left_care count Q1 35 Q2 36 Q3 30 Q4 44
        """,
    ),
    "quarters with the year in the corner": Printed(
        """
        2022-23 | Q1 | Q2 | Q3 | Q4 | Total
        Entering care | 40 | 38 | 45 | 41 | 164
        Leaving care | 35 | 36 | 30 | 44 | 145
        """,
        """
        entered_care count Q1 40 Q2 38 Q3 45 Q4 41
        left_care count Q1 35 Q2 36 Q3 30 Q4 44
        """,
        "164",
    ),
    "actual and target of the year in the title": Printed(
        """
        Performance scorecard 2022-23
        Indicator | Actual | Target | RAG
        Number of referrals | 2240 | 2000 | R
        Section 47 enquiries | 701 | 650 | A
        """,
        """
        referrals count 2022-23 2240
        section_47_enquiries count 2022-23 701
        """,
        "2000 650",
    ),
    "scorecard with numbered sections": Printed(
        """
        Indicator | 2021-22 | 2022-23
        1. CONTACTS AND REFERRALS
        Contacts | 9,400 | 9,800
        Referrals | 2,120 | 2,240
        % of contacts that became referrals | 22.6% | 22.9%
        2. ASSESSMENTS AND SECTION 47
        Child and family assessments | 1,950 | 2,005
        % in timescale | 86.0% | 91.3%
        Section 47 enquiries | 655 | 701
        % S47 enquiries leading to ICPC | 40.1% | 38.9%
        3. CHILD PROTECTION
        Children subject to a plan at 31 March | 325 | 298
        % subject to a plan for a second or subsequent time | 21% | 22%
        4. CHILDREN LOOKED AFTER
        Children looked after | 612 | 640
        """,
        """
        initial_contacts count 2021-22 9,400 2022-23 9,800
        referrals count 2021-22 2,120 2022-23 2,240
        assessments count 2021-22 1,950 2022-23 2,005
        assessments percent 2021-22 86.0% 2022-23 91.3%
        section_47_enquiries count 2021-22 655 2022-23 701
        section_47_enquiries percent 2021-22 40.1% 2022-23 38.9%
        plans_at_year_end count 2021-22 325 2022-23 298
        children_looked_after count 2021-22 612 2022-23 640
        """,
        "22.6%",
    ),
    "rows of actual and target": Printed(
        """
        Indicator | | 2021-22 | 2022-23
        Referrals | Actual | 2120 | 2240
         | Target | 2000 | 2000
        Section 47 enquiries | Actual | 655 | 701
         | Target | 600 | 600
        """,
        """
        referrals count 2021-22 2120 2022-23 2240
        section_47_enquiries count 2021-22 655 2022-23 701
        """,
        "2000 600",
    ),
    "referrals to others": Printed(
        """
        Indicator | 2021-22 | 2022-23
        Number of referrals to early help | 900 | 800
        Referrals to CAMHS | 90 | 80
        Section 47 enquiries | 655 | 701
        """,
        """
        section_47_enquiries count 2021-22 655 2022-23 701
        """,
        "900 90",
    ),
    "one row for each year and area": Printed(
        """
        Year | Area | Children looked after
        2021-22 | Anytown | 612
        2021-22 | England | 82170
        2022-23 | Anytown | 640
        2022-23 | England | 83840
        """,
        """
        children_looked_after count 2021-22 612 2022-23 640
        """,
        "82170",
    ),
    "years down with a forecast": Printed(
        """
        Year | Children looked after at 31 March
        2021-22 | 612
        2022-23 | 640
        2023-24 (forecast) | 660
        """,
        """
        children_looked_after count 2021-22 612 2022-23 640
        """,
        "660",
    ),
    "number and rate, of which we keep one": Printed(
        """
        Measure | 2021-22 | | 2022-23 |
         | Number | Rate per 10,000 | Number | Rate per 10,000
        Section 47 enquiries | 655 | 66.0 | 701 | 70.2
        Children looked after | 612 | 61.1 | 640 | 63.2
        """,
        """
        section_47_enquiries count 2021-22 655 2022-23 701
        children_looked_after count 2021-22 612 2022-23 640
        """,
        "66.0 63.2",
    ),
}
PARTS = {
    "scorecard of quarters with the outturn of a year": Printed(
        """
        Ref | Indicator | Q1 22/23 | Q2 22/23 | Q3 22/23 | Q4 22/23 | 2021/22 outturn
        CS1 | Children starting to be looked after | 150 | 155 | 160 | 170 | 705
        RE1 | Number of referrals | 500 | 510 | 520 | 530 | 2100
        PM1 | Placement moves | 9 | 8 | 7 | 6 | 31
        LA1 | Children looked after at 31 March | 590 | 600 | 605 | 612 | 580
        """,
        """
        entered_care count Q1 150 Q2 155 Q3 160 Q4 170
        referrals count 2021-22 2100
        children_looked_after count 2021-22 580
        """,
        "705 500 530 9 31 590 612",
    ),
    "quarters with an outturn that no row has": Printed(
        """
        Indicator | 2021/22 | Q1 22/23 | Q2 22/23
        Children starting to be looked after | 705 | 150 | 155
        Children ceasing to be looked after | 655 | 140 | 150
        """,
        """
        entered_care count Q1 150 Q2 155
        left_care count Q1 140 Q2 150
        """,
        "705 655",
    ),
    "years, and quarters that no row has": Printed(
        """
        Indicator | 2020/21 | 2021/22 | Q1 22/23
        Children looked after at 31 March
        Number | 590 | 612 | 620
        """,
        """
        children_looked_after count 2020-21 590 2021-22 612
        """,
        "620",
    ),
    "years and the year to date": Printed(
        """
        Indicator | 2020/21 | 2021/22 | 2022/23 YTD (Q2) | Apr-Sep 2022 | Target
        Referrals | 2210 | 2305 | 1210 | 1200 | 2000
        Assessments completed | 2350 | 2410 | 1300 | 1290 |
        """,
        """
        referrals count 2020-21 2210 2021-22 2305
        assessments count 2020-21 2350 2021-22 2410
        """,
        "1210 1200 1300 1290 2000",
    ),
    "years down and the year to date": Printed(
        """
        Year | Referrals | Assessments completed
        2020/21 | 2210 | 2350
        2021/22 | 2305 | 2410
        2022/23 to date | 1210 | 1300
        """,
        """
        referrals count 2020-21 2210 2021-22 2305
        assessments count 2020-21 2350 2021-22 2410
        """,
        "1210 1300",
    ),
    "plans, some rows without the word": Printed(
        """
        Child protection plans | 2021/22 | 2022/23
        Number of CPPs at year end | 231 | 248
        Number ceasing after 2 years or more | 6 | 8
        % ceasing lasting 2 years or more | 2.1 | 2.7
        Number becoming subject of a plan for second or subsequent time | 60 | 64
        % second or subsequent | 20 | 21
        """,
        """
        plans_at_year_end count 2021-22 231 2022-23 248
        plans_ended_after_2_years count 2021-22 6 2022-23 8
        plans_ended_after_2_years percent 2021-22 2.1 2022-23 2.7
        repeat_plans count 2021-22 60 2022-23 64
        repeat_plans percent 2021-22 20 2022-23 21
        """,
    ),
    "rows as of plans below children looked after": Printed(
        """
        Indicator | 2021/22 | 2022/23
        Child protection
        Children on a child protection plan at 31 March | 231 | 248
        Children looked after
        Children looked after at 31 March | 612 | 640
        Number ceasing after 2 years or more | 6 | 8
        % second or subsequent | 20 | 21
        """,
        """
        plans_at_year_end count 2021-22 231 2022-23 248
        children_looked_after count 2021-22 612 2022-23 640
        """,
        "6 8 20 21",
    ),
}
LAYOUTS = SCORECARDS | DOWN | ACROSS | SEVENTEEN | MORE | PARTS
# Tables that leave something open: where, and what is said or asked of it.
OPEN = {
    "nothing but the year to date": Open(
        """
        Indicator | 2021/22 YTD | 2022/23 YTD
        Referrals | 1210 | 1300
        """,
        "row 1",
        "'YTD' beside the period",
    ),
    "years and quarters of rows that no table has": Open(
        """
        Indicator | Q1 22/23 | Q2 22/23 | 2021/22
        Placement moves | 9 | 8 | 31
        """,
        "row 1",
        "years and quarters in one heading",
    ),
    "plans at 31 March by category": Open(
        """
        Children subject to a child protection plan at 31 March by category
        Category | 2021-22 | 2022-23
        Neglect | 150 | 160
        Emotional abuse | 90 | 95
        """,
        "row 1",
        "'subject to a child protection plan' in the title",
    ),
    "labels of ours in a section of others": Open(
        """
        Indicator | 2021-22 | 2022-23
        Referrals | 2120 | 2240
        Other services
        Early help | 900 | 950
        Missing | 300 | 310
        Housing | 400 | 420
        """,
        "row 5",
        "'Missing'",
    ),
    "contacts beside referrals": Open(
        """
         | Contacts | | Referrals |
        Source | 2021-22 | 2022-23 | 2021-22 | 2022-23
        Police | 2120 | 2240 | 650 | 700
        Schools | 900 | 950 | 430 | 460
        """,
        "row 1",
        "'contacts' in the title",
    ),
    "a number of what its section says, not the title": Open(
        """
        Children looked after | 2021-22 | 2022-23
        Adoptions
        Number | 9 | 8
        Reviews
        Number | 900 | 800
        """,
        "row 3",
        "'Adoptions'",
    ),
    "a category that may be new or at 31 March": Open(
        """
        Indicator | 2021-22 | 2022-23
        Number of referrals | 2120 | 2240
        Child protection
        Neglect | 90 | 80
        Emotional abuse | 55 | 70
        """,
        "row 4",
        "'Neglect'",
    ),
    "two columns that no unit tells apart": Open(
        """
        Source of referral | 2021-22 | | 2022-23 |
         | Received | Accepted | Received | Accepted
        Police | 90 | 80 | 92 | 82
        Schools | 55 | 50 | 56 | 51
        """,
        "row 3",
        "may be count or percent",
    ),
    "two figures of one source": Open(
        """
        Year | Source of referral | Received | Accepted
        2021-22 | Police | 90 | 80
        2022-23 | Police | 92 | 82
        """,
        "row 2",
        "'Police' again",
    ),
    "contacts beside referrals, each its own table": Open(
        """
        Referrals by source | 2021-22 | 2022-23 | | Contacts by source | 2021-22 | 2022-23
        Police | 650 | 700 | | Police | 4000 | 4100
        Schools | 430 | 460 | | Schools | 2000 | 2100
        """,
        "row 1",
        "'contacts' in the title",
    ),
    "a title of a quarter above a measure of years": Open(
        """
        Scorecard Q2 2022-23
        Measure | Actual | Target
        Number of referrals | 1100 | 1000
        """,
        "row 1",
        "'q2' in the title",
    ),
    "a year down that is missing": Open(
        """
        Year | Referrals | Assessments
        2021-22 | 2120 | 1950
         | 2240 | 2005
        """,
        "row 3",
        "figures without a label",
    ),
    "two councils": Open(
        """
        Measure | Anytown | | Betatown |
         | 2021-22 | 2022-23 | 2021-22 | 2022-23
        Number of referrals | 2120 | 2240 | 900 | 910
        """,
        "row 3",
        "'Number of referrals' again",
    ),
}


def rows_of(table: str) -> list[list[str]]:
    """Give the cells of a table."""
    lines = table.strip("\n").split("\n")
    return [[cell.strip() for cell in line.split("|")] for line in lines if line is not lines[-1]]


def figures_of(text: str) -> dict[tuple[str, str, str], str]:
    """Give the figures by row, unit and period."""
    found = {}
    for line in filter(None, map(str.strip, text.split("\n"))):
        row, unit, *rest = line.split()
        for period, value in zip(rest[::2], rest[1::2], strict=True):
            year, quarter = (period[:-2], period[-2:]) if "Q" in period else (period, "")
            full = f"{year or '2022-23'} {quarter}".strip()
            found[row, unit, full] = value
    return found
