/** The buying guide: the page shows it, and the PDF prints it. Plain Latin text, as the PDF needs. */
export const GUIDE_INTRO =
  'Most offices choose a machine by its photograph and regret it by its cleaning. Here are the five questions that decide, in the order in which they turn out to matter.'

export const GUIDE = [
  {
    heading: '1. How many cups, and when?',
    paragraphs: [
      'Count people, multiply by one and a half, and take off anybody who only drinks tea. That is your day. What breaks machines is not the day but the quarter of an hour before the first meeting, when half of it is drunk.',
      'A bean-to-cup machine makes a cup in forty seconds: about twenty in that quarter of an hour. If you need more, put a batch brewer beside it rather than a second machine. Filter coffee is waiting before anybody asks for it.',
    ],
  },
  {
    heading: '2. Where does the water come from?',
    paragraphs: [
      'A four-litre tank is fine for twelve people and a nuisance for twenty. Mains water needs a tap within three metres, a drain, and the landlord’s permission, which is usually the slowest part of the project. Ask first.',
      'Have the water tested. Hard water doubles the cost of service, and a filter for $90 halves it again.',
    ],
  },
  {
    heading: '3. Who will clean it?',
    paragraphs: [
      'If the answer is "everybody", the answer is nobody. Choose a machine that rinses its own milk system, and put four minutes on a Friday into one person’s calendar.',
      'Look at what comes apart without tools. Ask the seller to show you, and time them.',
    ],
  },
  {
    heading: '4. How loud may it be?',
    paragraphs: [
      'Grinders are measured at one metre: 62 decibels is a conversation, 75 is a hair dryer. In an open-plan kitchen, put the grinder against an outside wall, not against the meeting room.',
    ],
  },
  {
    heading: '5. What does it cost in the third year?',
    paragraphs: [
      'The machine is a third of what office coffee costs. Beans are half of it, and repairs are what nobody budgets for. Compare offers over thirty-six months with beans, filters, service and call-outs in them, and ask what a call-out costs after the warranty.',
      'Renting is dearer on paper and cheaper where nobody wants to think about it. Buying pays from about the twentieth month, if you have somebody who likes machines.',
    ],
  },
] as const
