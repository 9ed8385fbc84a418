"""A small form with sections and a list of tasks, in both languages: to ask for a market stall.

Two sections depend on nothing, one on what is sold, one on two others, one ends at an exit page.
"""

FORM = """\
form: market-stall
title: {en: Ask for a market stall, cy: Gofyn am stondin farchnad}
summary: {en: Have a stall on the market, cy: Cael stondin yn y farchnad}
service_area: Markets
lgsl: 1
languages: [en, cy]
task_list: yes
sections:
  - section: you
    title: {en: About you, cy: Amdanoch chi}
  - section: goods
    title: {en: What you sell, cy: Yr hyn a werthwch}
    hint: {en: Food needs a certificate, cy: Mae angen tystysgrif ar gyfer bwyd}
  - section: food
    title: {en: Your food, cy: Eich bwyd}
  - section: pitch
    title: {en: Your pitch, cy: Eich llain}
  - section: promise
    title: {en: Your promise, cy: Eich addewid}
pages:
  - page: your-name
    section: you
    questions:
      - question: trader
        ask: {en: "What is your name?", cy: "Beth yw eich enw?"}
        type: text
  - page: old-enough
    section: you
    questions:
      - question: adult
        ask: {en: "Are you 18 or older?", cy: "Ydych chi’n 18 oed neu’n hŷn?"}
        type: yes-no
  - page: too-young
    section: you
    when: "!adult"
    exit: yes
    title: {en: You are too young, cy: Rydych yn rhy ifanc}
    guidance: {en: Come back when you are 18., cy: Dewch yn ôl pan fyddwch yn 18 oed.}
  - page: sells
    section: goods
    questions:
      - question: sells
        ask: {en: "What do you sell?", cy: "Beth ydych chi’n ei werthu?"}
        type: radios
        options:
          food: {en: Food, cy: Bwyd}
          other: {en: Something else, cy: Rhywbeth arall}
  - repeat: helpers
    section: goods
    title: {en: Your helpers, cy: Eich cynorthwywyr}
    each: {en: helper, cy: cynorthwyydd}
    min: 0
    max: 3
    line: "{helper}"
    pages:
      - page: helper
        questions:
          - question: helper
            ask: {en: Their name, cy: Eu henw}
            type: text
  - page: certificate
    section: food
    when: sells == "food"
    questions:
      - question: certificate
        ask: {en: Number of your certificate, cy: Rhif eich tystysgrif}
        type: whole-number
  - page: pitch
    section: pitch
    questions:
      - question: metres
        ask: {en: "How many metres do you need?", cy: "Faint o fetrau sydd eu hangen arnoch?"}
        type: whole-number
        min: 1
        max: 9
  - page: place
    section: pitch
    when: metres > 3
    questions:
      - question: place
        ask: {en: "Where shall it be?", cy: "Ble dylai fod?"}
        type: radios
        options:
          hall: {en: In the hall, cy: Yn y neuadd}
          square: {en: On the square, cy: Ar y sgwâr}
  - page: promise
    section: promise
    title: {en: "{trader}, what you promise", cy: "{trader}, yr hyn yr ydych yn ei addo"}
    questions:
      - question: bins
        ask: {en: "How many bins will you bring?", cy: "Faint o finiau y byddwch yn dod â nhw?"}
        type: whole-number
        max: 9
    check:
      - that: bins >= size(helpers)
        else: {en: Bring a bin for each helper, cy: Dewch â bin ar gyfer pob cynorthwyydd}
        at: bins
computed:
  - value: length
    is: metres
    label: {en: Metres, cy: Metrau}
    shown_as: number
charge: any
fee:
  - line: pitch
    label: {en: Pitch, cy: Llain}
    amount: £10.00
    times: metres
    income_code: M-1
    vat: exempt
  - line: food
    label: {en: Food inspection, cy: Arolygu bwyd}
    when: sells == "food"
    amount: £25.00
    income_code: M-2
    vat: exempt
case:
  type: market-stall
  queue: markets
  target: 5 working days
  subject: "Stall of {trader}"
what_happens_next: {en: We will write., cy: Byddwn yn ysgrifennu.}
examples:
  - example: A baker with one helper
    answers:
      trader: Ann Example
      adult: yes
      sells: food
      helpers: [{helper: Bob Example}]
      certificate: 12
      metres: 4
      place: square
      bins: 1
    sees: [your-name, old-enough, sells, helper, helpers, certificate, pitch, place, promise]
    fee: £65.00
  - example: A bookseller alone
    answers: {trader: Ann Example, adult: yes, sells: other, metres: 2, bins: 0}
    sees: [your-name, old-enough, sells, helpers, pitch, promise]
    fee: £20.00
  - example: A child
    answers: {trader: Ann Example, adult: no}
    ends_at: too-young
"""
PATH = "/forms/market-stall"
