/** A name as it is shown and as it stands in an address. */
export type Name = readonly [shown: string, address: string];

/** Names that go together; `family` says which part stands first. */
export interface NamePool {
  readonly weight: number;
  readonly language: string;
  readonly city: string;
  readonly country: string;
  readonly usage: string;
  readonly familyFirst: boolean;
  readonly given: readonly Name[];
  readonly family: readonly Name[];
}

function same(words: string): Name[] {
  return words.split(' ').map((word) => {
    const plain = word.normalize('NFD').replaceAll(/[^A-Za-z]/g, '');
    return [word, plain.toLowerCase()];
  });
}

function paired(words: string): Name[] {
  return words.split(' ').map((pair) => {
    const [shown = '', address = ''] = pair.split('/');
    return [shown, address];
  });
}

/** The people a tenant is made of: many scripts, so that nothing can rely on one. */
export const namePools: readonly NamePool[] = [
  {
    weight: 40,
    language: 'en-GB',
    city: 'Leeds',
    country: 'United Kingdom',
    usage: 'GB',
    familyFirst: false,
    given: same(
      'Alice Ben Charlotte Dylan Edith Finn Grace Harriet Isaac Jasmine Kieran Lydia Miles Nora Oscar Poppy Quentin Rosa Silas Tamsin Una Victor Willa Xanthe Yvonne Zachary',
    ),
    family: same(
      "Abbott Barlow Carver Dunmore Ellery Foxley Garrick Hollis Ingram Joyner Kestrel Lowther Merrow Norwood O'Brien Pemberton Quayle Radley Stanmore Thackery Underhill Verney Whitlock Yardley",
    ),
  },
  {
    weight: 14,
    language: 'fr-FR',
    city: 'Lyon',
    country: 'France',
    usage: 'FR',
    familyFirst: false,
    given: same(
      'Amélie Benoît Chloé Désiré Élodie François Gaëlle Hélène Joël Léa Maël Noémie Océane Théo',
    ),
    family: same(
      'Bérard Chauvet Dufrêne Fabre Gérin Lacôte Maçon Noël Périer Roussel Séguin Vallée',
    ),
  },
  {
    weight: 12,
    language: 'de-DE',
    city: 'Köln',
    country: 'Germany',
    usage: 'DE',
    familyFirst: false,
    given: same(
      'Anke Björn Dörte Falk Günther Heike Jörg Käthe Lutz Mareike Nils Ria Sönke Ute Wiebke',
    ),
    family: same(
      'Böhm Dreßler Förster Grüber Hänsel Jäger Köhler Lüders Möller Schäfer Vögel Wünsch Zöllner',
    ),
  },
  {
    weight: 8,
    language: 'zh-CN',
    city: '上海',
    country: 'China',
    usage: 'CN',
    familyFirst: true,
    given: paired(
      '伟/wei 芳/fang 秀英/xiuying 强/qiang 静/jing 磊/lei 洋/yang 艳/yan 杰/jie 涛/tao',
    ),
    family: paired('王/wang 李/li 张/zhang 刘/liu 陈/chen 杨/yang 黄/huang 周/zhou 吴/wu'),
  },
  {
    weight: 8,
    language: 'ru-RU',
    city: 'Алматы',
    country: 'Kazakhstan',
    usage: 'KZ',
    familyFirst: false,
    given: paired(
      'Анна/anna Борис/boris Вера/vera Глеб/gleb Дарья/darya Егор/egor Ирина/irina Лев/lev Ольга/olga',
    ),
    family: paired(
      'Волков/volkov Громов/gromov Зимин/zimin Крылов/krylov Лебедев/lebedev Орлов/orlov Чехов/chekhov',
    ),
  },
  {
    weight: 7,
    language: 'ar-EG',
    city: 'القاهرة',
    country: 'Egypt',
    usage: 'EG',
    familyFirst: false,
    given: paired(
      'أمل/amal بدر/badr دينا/dina فريد/farid هالة/hala كريم/karim ليلى/layla نادر/nader',
    ),
    family: paired('حداد/haddad منصور/mansour نجار/najjar قاسم/qasim صالح/saleh زيدان/zidan'),
  },
  {
    weight: 6,
    language: 'hi-IN',
    city: 'पुणे',
    country: 'India',
    usage: 'IN',
    familyFirst: false,
    given: paired(
      'आशा/asha दीपक/deepak गीता/geeta कविता/kavita मोहन/mohan प्रिया/priya राजेश/rajesh उषा/usha',
    ),
    family: paired('शर्मा/sharma पटेल/patel गुप्ता/gupta जोशी/joshi कुमार/kumar राव/rao'),
  },
  {
    weight: 5,
    language: 'el-GR',
    city: 'Πάτρα',
    country: 'Greece',
    usage: 'GR',
    familyFirst: false,
    given: paired(
      'Ελένη/eleni Γιώργος/giorgos Ιωάννα/ioanna Κώστας/kostas Μαρία/maria Νίκος/nikos Σοφία/sofia',
    ),
    family: paired(
      'Αγγέλου/angelou Δήμου/dimou Κανάκη/kanaki Λάμπρου/lambrou Παππάς/pappas Ψάλτης/psaltis',
    ),
  },
];

/** Departments with the titles people hold in them. */
export const departments: readonly (readonly [name: string, titles: readonly string[]])[] = [
  ['Engineering', ['Software Engineer', 'Test Engineer', 'Site Reliability Engineer', 'Architect']],
  ['Research', ['Researcher', 'Laboratory Technician', 'Data Scientist']],
  ['Finance', ['Accountant', 'Controller', 'Payroll Clerk', 'Treasury Analyst']],
  ['Human Resources', ['Recruiter', 'HR Adviser', 'Learning Designer']],
  ['Legal', ['Counsel', 'Paralegal', 'Contract Analyst']],
  ['Marketing', ['Copywriter', 'Brand Designer', 'Campaign Analyst']],
  ['Sales', ['Account Executive', 'Sales Engineer', 'Inside Sales']],
  ['Customer Care', ['Support Agent', 'Support Engineer', 'Customer Success']],
  ['Facilities', ['Caretaker', 'Receptionist', 'Space Planner']],
  ['Logistics', ['Driver', 'Warehouse Operator', 'Dispatcher']],
];

/** Titles of those high in the tree of managers. */
export const leadTitles: readonly string[] = [
  'Chief Executive',
  'Director',
  'Head of Department',
  'Team Lead',
];
