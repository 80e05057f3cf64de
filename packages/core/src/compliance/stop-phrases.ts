/** What people say beside a stop word without a stop between them. */
export const dismissals = new RegExp(
  `\\b(${[
    'no|nope|nah|yes|not interested|im|i am',
    'wrong (number|person)|you have the|not my number|whos? (is )?(this|dis)|i (do not|dont) know (you|who)',
    'i (do not|dont|didnt|did not) (want|ask for) (any )?(of )?(this|that|these|those|it|them|your)',
    'i said|say|reply|text|txt|send|(would|can|could|will) (you|u)|(you|this|that|it) (need|needs|have|has) to|make (it|this)|sent from my .*',
    'i (have |ve )?(already )?(asked|told) (you|u)( to)?|(already )?told (you|u)( to)?|i (want|would like|want you) to',
    'fuck( you| off)?|fucking|damn|assholes?|idiots?|spammers?|scammers?',
  ].join('|')})\\b`,
  'g',
)
/** How somebody goes on who has begun with STOP and means it; whoever stops by goes on otherwise. */
export const beginsWithStop =
  /^(please )?(stop|unsubscribe)( now| please| it| this)* (i|im|ive|id|you|u|youre|who|whos|wrong|no|not (interested|my)|or|sent from)\b/

/** That somebody does not stop, or what comes if he does not, said to whom it is held against. */
const heldAgainst = [
  '(?<!\\b(hope|hoping|glad|love|that) )\\b(you|u|ya|yall|guys|people)( \\w+)? (do not|dont|never|not|cant|wont|didnt|did not) (ever |just )?(stop|quit)\\b',
  '\\b(why|cant|wont|dont|do not|will not) (\\w+ )?(you|u|yall) (ever |just |please )?(stop|quit)\\b',
].join('|')
export const reproach = new RegExp(heldAgainst)

const what =
  '(text|texts|texting|message|messages|messaging|msg|msgs|sms|call|calls|calling|contact|contacting|spam|spamming|bothering|bugging|harassing|annoying|pestering|emailing|sending|communications?|notifications?|reminders?|promotions?)'
const received = '(texts|messages|msgs|calls|sms|spam|notifications)'
export const phrases = [
  new RegExp(`(${heldAgainst})( (i|ill|im|we|or|now|then|do|please)\\b|$)`),
  new RegExp(`\\b(stop|quit|cease|discontinue) (?!by\\b)(\\w+ ){0,2}${what}\\b`),
  new RegExp(
    `\\b(stop|quit|cease|discontinue)( (with|all|of|the|these|those|this|your|ur|any|more|so|many|damn|stupid|annoying|fucking|unwanted))* ${what}\\b`,
  ),
  new RegExp(`\\b(cancel|end) ((the|these|all|your|my) )?(text )?${received}\\b`),
  /\b(do not|dont|never) (ever )?(text|message|msg|call|contact|bother|sms) (me|us|here|this number|again|anymore)\b/,
  /\b(do not|dont) send (me|us) (\w+ ){0,2}(texts?|messages?|msgs?|sms|anything|this|these)\b/,
  new RegExp(
    `\\b(do not|dont|no longer) (want|wish|need|like)( (to|get|getting|receive|receiving|any|more|anymore|these|those|your|such|text))* ${received}\\b`,
  ),
  /\b(do not|dont|no longer) (want|wish) to be (contacted|texted|messaged|called)\b/,
  /\b(do not|dont|no longer) (want|need|like) (you|u|yall|anybody|anyone) (to )?(text|texting|call|calling|contact|contacting|message|messaging) (me|us)\b/,
  /\b(do not|dont|never) (want|wish) to (ever )?hear from\b/,
  /\bnot to (text|call|contact|message) (me|us)\b/,
  /\bno more (\w+ )?(texts?|messages?|calls?|sms|msgs?)\b/,
  /\b(take|remove|get|delete) (me|us|my (phone )?(number|name|info|information)|this number) (off|from)\b/,
  /\b(remove|take) (off|from) (the |your |this )?(\w+ )?lists?\b/,
  /^(please )?(remove|delete) (me|us)\b|\b(remove|delete) (me|us)( please| now| thanks)*$/,
  /\b(remove|delete|lose) (my|this) (phone )?number\b(?! plate)/,
  /\b(remove|delete|erase) my (contact|info|information|details|data)\b/,
  /\bopt(ing|ed)? (me |us )?out\b/,
  /\b(unsubscrib\w+|unsub|optout)\b/,
  /\brevoke (my |all )?(consent|permission)\b/,
  /\bleave (me|us) alone\b/,
  /\bcease and desist\b/,
  /\bno (quiero )?(recibir )?mas (mensajes|textos|llamadas|sms)\b/,
  /\bno quiero (mensajes|textos|llamadas|que (me|nos) (llame|escriba|mande|envie|contacte)[ns]?)\b/,
  /\b(deja|deje|dejen)(me|nos) en paz\b/,
  /\bno (me|nos) (envie|mande|llame|contacte|moleste|escriba)[ns]?\b/,
  /\b(deja|deje|dejen|para|pare|paren) de (enviar|mandar|escribir|llamar|contactar|molestar)(me|nos)?\b/,
  /\b(quita|quite|quiten|borra|borre|borren|elimina|elimine|eliminen)(me|nos)\b/,
  /\b(dar|darme|deme|dame) de baja\b/,
  /\bne (me |m)(envoyez|envoie|ecrivez|ecris|contactez|contacte|appelez|appelle|textez|texte) (plus|pas)\b/,
  /\b(arrete|arretez|cessez) (de |d|les |vos |ces )(me |m)?(envoyer|ecrire|contacter|appeler|texter|messages|textos|sms|appels)\b/,
  /\b(retirez|retire|enlevez|enleve) (moi|mon numero)\b/,
  /\bme (desabonner|desinscrire)\b/,
  /\b(laisse|laissez|fichez|foutez) (moi|nous)( la)? (tranquille|paix)\b/,
  /\bne plus (me|nous) (contacter|appeler|ecrire|texter)\b/,
]
/** The same where nothing else is said: «text me, do not call» is an answer. */
export const wholePhrases = [
  /^(do not|dont|never) (ever )?(text|message|msg|call|contact)( (or|and) (text|message|msg|call|contact))*( ever| me| us)?$/,
  /^(stop|cancel|end) ((my|the|this|your) )?(subscriptions?|alerts|ads|promos?|promotions?|marketing)$/,
  /^(remove|delete)( this)?( number)?$|^quit it$|^block (me|us)$|^do not disturb$|^no (molestar|molesten|moleste)$|^(ya )?basta( ya)?$|^alto ya$/,
  /^(go away|get lost|knock it off|enough|no more|discontinue|desist|cease)( already)?$/,
  /^no (text )?(texts?|messages|msgs|calls|sms|spam)$/,
  /^no mas$/,
  /^stop ?(2|to) ?(end|stop|quit|cancel|unsubscribe|opt out|optout)$/,
  /^(please)?stop(it|this|please|now|texting|calling|messaging|sending)( ?(me|us))?$/,
]
/** Who says so wants the contrary, and what he says beside it counts by itself. */
export const contrary =
  /\b(do not|dont|never|not|cant|wont|didnt|did not|doesnt) (ever |just |you |we |they |really |please )?(stop|unsubscribe|unsub|opt out|optout|quit)\b|\b(do not|dont|didnt|did not|never) (want|need|ask|tell|told|asked|wanted) (\w+ ){0,2}to (stop|unsubscribe|unsub|opt out|optout|quit)\b/g
/** What a telephone writes where somebody has only marked a message of ours: its words are not his. */
export const reaction =
  /^(liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|reacted \S+ to|removed an? [\w ]+ from|[^\p{L}\p{N}\s]{1,16} to) [“"«][^”"»]*[”"»]?\s*$/iu
