"""Richer forms than the shipped ones, each good: what they have is broken by the mutants."""

from tests.forms.proofs.small_forms import Written

TAXI = Written(
    """
    - page: kind
      questions:
        - question: kind
          ask: Which licence?
          type: radios
          options: {new: A new licence, renew: A renewal, replace: A new badge}
    - page: age
      when: kind == "new"
      questions:
        - {question: born, ask: Date of birth, type: date, max: today}
    - page: too-young
      title: Too young
      when: kind == "new" && age(born) < 21
      exit: yes
      guidance: You must be 21.
    - page: expiry
      when: kind == "renew"
      questions:
        - {question: expires, ask: Expiry, type: date, min: today - 30 days, max: today + 3 months}
    - page: early
      title: Too early
      when: kind == "renew" && days_until(expires) > 60
      exit: yes
      guidance: Come back later.
    - page: length
      when: kind != "replace"
      questions:
        - {question: years, ask: How many years, type: whole-number, min: 1, max: 3}
    - page: vehicles
      when: kind != "replace"
      title: Vehicles
      questions:
        - {question: owned, ask: Owned, type: whole-number, min: 0, max: 40}
        - {question: hired, ask: Hired, type: whole-number, min: 0, max: 40}
      check:
        - {that: owned + hired > 0, else: There must be a vehicle, at: hired}
        - {that: hired <= owned * 2, else: Too many are hired, at: hired}
    - page: fleet
      when: kind != "replace" && owned + hired > 10
      questions:
        - {question: manager, ask: Fleet manager, type: text, max_length: 50}
    - page: contact
      title: Contact
      questions:
        - {question: your_name, ask: Name, type: name}
        - {question: email, ask: Email, type: email}
        - {question: base, ask: Base, type: address}
    """,
    fee="""
    - line: licence
      label: Licence
      when: kind != "replace"
      amount: licence
      by: years
      income_code: A
      vat: exempt
    - line: badge
      label: Badge
      when: kind == "replace"
      amount: badge
      income_code: B
      vat: exempt
    """,
    fees="""
    licence:
      - from: 2020-04-01
        bands: [{to: 1, amount: £100.00}, {to: 2, amount: £180.00}, {amount: £250.00}]
      - from: 2027-04-01
        bands: [{to: 1, amount: £110.00}, {amount: £260.00}]
    badge:
      - {from: 2020-04-01, amount: £15.00}
      - {from: 2027-04-01, amount: £17.00}
    """,
    case="""\
case:
  type: taxi
  queue: licensing
  target: 5 working days
  subject: "{kind.label}"
  customer: {name: your_name, email: email}
  location: base
""",
)

HALL = Written(
    """
    - page: who
      questions:
        - question: group
          ask: Who is it for?
          type: radios
          options: {charity: A charity, business: A business, family: A family}
    - page: charity
      when: group == "charity"
      questions:
        - {question: number, ask: Charity number, type: text, pattern: "[0-9]{6,7}", optional: yes}
    - page: day
      title: The day
      questions:
        - {question: starts, ask: First day, type: date, min: tomorrow, max: today + 18 months}
        - {question: ends, ask: Last day, type: date, min: tomorrow, max: today + 19 months}
      check:
        - {that: ends >= starts, else: It must end after it starts, at: ends}
        - {that: "days_between(starts, ends) < 14", else: Two weeks at most, at: ends}
    - page: short-notice
      title: Too soon
      when: working_days_until(starts) < 3
      exit: yes
      guidance: Ring us.
    - page: extras
      questions:
        - question: extras
          ask: What else?
          type: checkboxes
          options: {kitchen: The kitchen, stage: The stage, bar: The bar}
          none_of_these: Nothing else
    - page: bar
      when: '"bar" in extras && group != "family"'
      questions:
        - {question: licensed, ask: Is there a licence, type: yes-no}
    - page: no-licence
      title: No bar
      when: '"bar" in extras && group != "family" && !licensed'
      exit: yes
      guidance: You need a licence.
    - page: many-extras
      when: size(extras) > 1
      questions:
        - {question: helpers, ask: Helpers, type: whole-number, min: 1, max: 20}
    - page: longer
      when: days_between(starts, ends) >= 1
      title: More than a day
      questions:
        - {question: sleeping, ask: Will anybody sleep there, type: yes-no}
    - page: deposit
      when: group == "business"
      questions:
        - {question: turnover, ask: Takings, type: money, min: £1.00, max: £5000.00}
    - page: contact
      title: Contact
      questions:
        - {question: your_name, ask: Name, type: name}
        - {question: email, ask: Email, type: email}
        - {question: phone, ask: Phone, type: phone, optional: yes}
    """,
    fee="""
    - line: free
      label: Charity
      when: group == "charity"
      amount: £5.00
      income_code: A
      vat: exempt
    - line: small
      label: Small
      when: group == "family"
      amount: £50.00
      income_code: A
      vat: exempt
    - line: business
      label: Business
      when: group == "business" && turnover < pounds(1000)
      amount: £80.00
      income_code: A
      vat: standard
    - line: large
      label: Large business
      when: group == "business" && turnover >= pounds(1000)
      amount: £120.00
      income_code: A
      vat: standard
    """,
    case="""\
case:
  type: hall
  queue: halls
  target: 5 working days
  subject: "Hall for {group.label}"
  customer: {name: your_name, email: email, phone: phone}
""",
)

LAND = Written(
    """
    - page: place
      questions:
        - question: how
          ask: How do you know the place?
          type: radios
          options: {address: By its address, map: On the map}
    - page: by-address
      when: how == "address"
      questions:
        - {question: address, ask: Address, type: address}
    - page: map
      when: how == "map"
      questions:
        - {question: spot, ask: Place, type: location}
    - page: searches
      title: Searches
      questions:
        - {question: parcels, ask: Parcels of land, type: whole-number, min: 1, max: 60}
        - {question: copies, ask: Copies, type: whole-number, min: 1, max: 5}
        - {question: urgent, ask: Is it urgent, type: yes-no}
      check:
        - {that: "!urgent || parcels <= 10", else: Only ten can be urgent, at: urgent}
    - page: not-listed
      when: how == "address" && address.uprn == ""
      questions:
        - {question: title_number, ask: Title number, type: text, max_length: 20}
    - page: reason
      when: urgent || parcels > 30
      questions:
        - question: why
          ask: Why?
          type: select
          options: {sale: A sale, court: A court, other: Something else}
    - page: explain
      when: (urgent || parcels > 30) && why == "other"
      questions:
        - {question: explained, ask: Explain, type: textarea, max_length: 300}
    - page: contact
      title: Contact
      questions:
        - {question: your_name, ask: Name, type: name}
        - {question: email, ask: Email, type: email}
    """,
    fee="""
    - line: search
      label: Search
      when: "!urgent"
      amount: search
      by: parcels
      times: copies
      income_code: A
      vat: exempt
    - line: fast
      label: Urgent search
      when: urgent
      amount: fast
      by: parcels
      income_code: A
      vat: exempt
    """,
    fees="""
    search:
      - from: 2019-04-01
        bands: [{to: 1, amount: £90.00}, {to: 5, amount: £150.00}, {amount: £300.00}]
      - from: 2027-01-04
        bands: [{to: 1, amount: £95.00}, {to: 5, amount: £160.00}, {amount: £310.00}]
    fast:
      - from: 2019-04-01
        bands: [{to: 10, amount: £400.00}]
    """,
    case="""\
case:
  type: search
  queue: land-charges
  target: 5 working days
  subject: "{address.one_line} {spot}"
  customer: {name: your_name, email: email}
  location: [address, spot]
""",
)
FIXTURES = {"taxi": TAXI, "hall": HALL, "land": LAND}
