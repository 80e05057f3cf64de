/** Where a North American number is at home, as Twilio tells it. Area code → city, state, zip. */
const places: Record<string, [city: string, state: string, zip: string]> = {
  '206': ['SEATTLE', 'WA', '98101'],
  '212': ['NEW YORK', 'NY', '10001'],
  '213': ['LOS ANGELES', 'CA', '90012'],
  '214': ['DALLAS', 'TX', '75201'],
  '216': ['CLEVELAND', 'OH', '44114'],
  '267': ['PHILADELPHIA', 'PA', '19107'],
  '303': ['DENVER', 'CO', '80202'],
  '305': ['MIAMI', 'FL', '33128'],
  '312': ['CHICAGO', 'IL', '60604'],
  '313': ['DETROIT', 'MI', '48226'],
  '317': ['INDIANAPOLIS', 'IN', '46204'],
  '404': ['ATLANTA', 'GA', '30303'],
  '408': ['SAN JOSE', 'CA', '95113'],
  '412': ['PITTSBURGH', 'PA', '15222'],
  '415': ['SAN FRANCISCO', 'CA', '94103'],
  '503': ['PORTLAND', 'OR', '97204'],
  '504': ['NEW ORLEANS', 'LA', '70112'],
  '512': ['AUSTIN', 'TX', '78701'],
  '602': ['PHOENIX', 'AZ', '85003'],
  '612': ['MINNEAPOLIS', 'MN', '55401'],
  '615': ['NASHVILLE', 'TN', '37203'],
  '617': ['BOSTON', 'MA', '02108'],
  '702': ['LAS VEGAS', 'NV', '89101'],
  '704': ['CHARLOTTE', 'NC', '28202'],
  '713': ['HOUSTON', 'TX', '77002'],
  '801': ['SALT LAKE CITY', 'UT', '84101'],
  '813': ['TAMPA', 'FL', '33602'],
  '816': ['KANSAS CITY', 'MO', '64106'],
}

export const areaCodes = Object.keys(places)

export function placeOf(phoneNumber: string, prefix: 'From' | 'To' | 'Caller' | 'Called') {
  const [city, state, zip] = places[phoneNumber.slice(2, 5)] ?? ['', '', '']
  return { [`${prefix}City`]: city, [`${prefix}State`]: state, [`${prefix}Zip`]: zip, [`${prefix}Country`]: 'US' }
}
