#!/usr/bin/env python3
"""Exhaustive small-scope model of the rotations of the access keys and of the console password of an IAM user.

One IAM user, one environment document, one secret to publish to, rotator processes that may die, be frozen, or lose
answers, and one human who acts at the worst moment. Every reachable combination within the stated bounds is executed
and the invariants are evaluated after every operation.

  rotation-model.py faults [F [R]]   <= 2 faults in <= 2 runs from every start, then <= F faults (3) in <= R runs (3)
                                     from {C P}; each trace ends with up to four clean runs
  rotation-model.py mutate           remove each protective rule; every removal must be noticed
  rotation-model.py race             two rotators, all interleavings
  rotation-model.py freeze           a rotator is frozen after every operation, another one takes over, the first resumes
  rotation-model.py ages             maintenance by age (90/100/110 days) under faults, and one fault-free year
  rotation-model.py passwords        the write-ahead protocol for console passwords
  rotation-model.py publish          the current key goes to a secret: faults, two rotators, freezes, ages, removed rules
  rotation-model.py quick            a small part of each table but the password's, in a few seconds
  rotation-model.py all              everything but quick, a summary, and exit status 1 if an expectation is not met

Shares in these tables are shares of an adversarial set of traces. They are not probabilities.
The controls are bare orders of side effects (who is deleted, when the document is written); they judge no product.
Standard library only. All times are minutes.
"""
import sys
import time

DAY = 1440
LEASE, MIN_INTERVAL, QUARANTINE, PENDING_MAX, WINDOW = 5, 10, DAY, 60, 2
WRITES = ('create', 'delete', 'update', 'save', 'put')
GAPS = (15, 0.5, 120)                      # pause between a failed run and the next one
AGES = dict(rotate=90 * DAY, deactivate=100 * DAY, delete=110 * DAY)


class Refuse(Exception):
    """The protocol declines on purpose. `clean` refusals must have had no side effect."""
    def __init__(self, why, clean=True):
        self.why, self.clean = why, clean


class Fault(Exception):
    """kind: failed (a read), denied | limit | conflict (definite, nothing done), lost (may or may not have been done)."""
    def __init__(self, kind):
        self.kind = kind


class Crash(Exception):
    pass


class Key:
    __slots__ = ('owner', 'active', 'made', 'proven', 'used', 'off_by_us')

    def __init__(self, owner, made, active=True):
        self.owner, self.made, self.active = owner, made, active
        self.proven, self.used, self.off_by_us = owner != 'us' or made <= -99, False, False


class Proc:
    """What one run of a rotator knows besides what it reads."""
    def __init__(self, rid, mode='now', ages=None, signer=None, minimal=False, off=()):
        self.rid, self.mode, self.ages, self.signer, self.minimal = rid, mode, ages, signer, minimal
        self.off, self.rev, self.writes, self.creates = off, 0, 0, 0
        self.publish = False                    # whether the inputs of this run name a secret
        self.hit_behind_back = False            # a human killed current after this run had looked at it

    def on(self, rule):
        return rule not in self.off


def names(doc):
    """Every key id the document accounts for."""
    out = {doc.get('current'), doc.get('previous'), (doc.get('pending') or {}).get('id'), (doc.get('quarantine') or {}).get('id')}
    return (out | {e['id'] for e in doc.get('retiring', ())}) - {None}


class World:
    def __init__(self, keys, doc, quota=2, cas=True, lazy=False, secret=None):
        self.keys = {k: Key(*v) for k, v in keys.items()}
        self.doc, self.rev, self.now = dict(doc), 0, 0
        self.quota, self.cas, self.lazy = quota, cas, lazy
        self.made, self.demoted, self.human, self.human_hit = 0, {}, False, False
        self.bad, self.log, self.ops = set(), [], 0
        self.publishes = secret is not None     # whether publishing is a matter at all
        self.handed = {k for k in (doc.get('current'), doc.get('previous')) if k}
        self.publish = secret is not None       # the inputs name a secret, which exists
        self.versions = list(secret or ())      # the keys whose values were put, each under its own token
        self.holds = self.versions[-1] if self.versions else None       # what consumers of the secret get
        self.left = {}                          # when a key left it

    # ---- what may happen at an operation
    def alternatives(self, op, proc):
        kind = op[0]
        if kind in ('load', 'clock'):
            return ('ok',)
        if kind in WRITES:
            alts = ['ok', 'crash', 'lost0', 'lost1'] + ({'create': ['half', 'denied'], 'delete': ['denied'], 'put': ['denied']}.get(kind, []))
        else:
            alts = ['ok', 'crash', 'failed'] + (['stale'] if kind == 'list' else [])
            if kind == 'verify' and op[1] in self.keys and self.now - self.keys[op[1]].made < 240 and not self.keys[op[1]].proven:
                alts.append('slow')
        if not self.human:
            cur = self.keys.get(self.doc.get('current'))
            if len(self.keys) < 2:
                alts.append('h_create')
            if cur:
                alts.append('h_kill')
                if cur.active:
                    alts.append('h_off')
            if self.doc.get('previous'):
                alts.append('h_edit')
            if self.publishes:
                alts.append('h_publish')
        return tuple(alts)

    def act(self, what):
        self.human = True
        cur = self.doc.get('current')
        if what == 'h_create':
            self.made += 1
            self.keys[f'H{self.made}'] = Key('human', self.now)
        elif what == 'h_kill':
            del self.keys[cur]
            self.human_hit = True
        elif what == 'h_off':
            self.keys[cur].active = False
            self.human_hit = True
        elif what == 'h_edit':
            self.doc = {**self.doc, 'previous': None}
            self.rev += 1
            self.human_hit = True
        elif what == 'h_publish':
            self.publish = not self.publish

    # ---- one operation, atomic
    def step(self, proc, op, how='ok'):
        self.ops += 1
        self.log.append((proc.rid, op[0], how))
        if how.startswith('h_'):
            self.act(how)
            proc.hit_behind_back = how in ('h_kill', 'h_off')
            how = 'ok'
        kind = op[0]
        if kind in ('list', 'verify', 'lastused'):
            if how == 'crash':
                raise Crash
            if how == 'failed':
                raise Fault('failed')
        if how == 'lost0':
            raise Fault('lost')
        if how == 'denied':
            raise Fault('denied')
        if op[0] in ('list', 'verify'):
            proc.hit_behind_back = False
        was_alive, served = self.live(), self.serves()
        proc.writes += kind in WRITES
        out = getattr(self, 'do_' + kind)(proc, how, *op[1:])
        self.check(was_alive, proc)
        if served and not self.serves():
            self.bad.add('(residual) a key was published that a human killed between check and use' if proc.hit_behind_back
                         else 'I12 the secret holds a dead key instead of a live one')
        if how == 'crash':
            raise Crash
        if how == 'lost1':
            raise Fault('lost')
        return out

    def do_load(self, proc, how):
        proc.rev, proc.publish = self.rev, self.publish
        return self.doc

    def do_clock(self, proc, how):
        return self.now

    def do_list(self, proc, how):
        seen = {k: (v.active, v.made) for k, v in self.keys.items()}
        if how == 'stale' and seen:
            newest = max(seen, key=lambda k: seen[k][1])
            if self.now - seen[newest][1] < 1:          # only the youngest changes may be missing
                del seen[newest]
        return seen, self.now

    def do_verify(self, proc, how, kid):
        key = self.keys.get(kid)
        if how == 'slow' or not key or not key.active:
            return False
        key.proven = key.used = True
        return True

    def do_lastused(self, proc, how, kid):
        if proc.minimal:
            raise Fault('denied')
        return kid in self.keys and self.keys[kid].used   # worst case: a human never uses her key before we look

    def do_create(self, proc, how):
        if len(self.keys) >= self.quota:
            raise Fault('limit')
        self.made += 1
        proc.creates += 1
        if proc.creates > 1:
            self.bad.add('I7 second create in one intent')
        kid = f'N{self.made}'
        self.keys[kid] = Key('us', self.now)
        return kid, how != 'half'

    def touch(self, proc, kid):
        key = self.keys[kid]
        if key.owner == 'human':
            return key
        if kid == self.doc.get('current'):
            self.bad.add('I2 current deleted or deactivated')
        pend = self.doc.get('pending') or {}
        if kid == self.doc.get('previous') or (kid == pend.get('id') and pend.get('secret')):
            self.bad.add('I4 named key killed')
        if kid in self.demoted and self.now - self.demoted[kid] < MIN_INTERVAL:
            self.bad.add('I8 overlap lost')
        if kid == proc.signer:
            self.bad.add('I2 signing key killed')
        if proc.publish and self.now - self.left.get(kid, -10**9) < MIN_INTERVAL:
            self.bad.add('I12 a key killed that has just left the secret')
        if kid == self.holds and proc.publish:
            self.bad.add('I12 the key that the secret holds killed')
        return key

    def do_delete(self, proc, how, kid):
        if kid in self.keys:
            if self.touch(proc, kid).owner == 'human':
                self.bad.add('I3 foreign key deleted')
            del self.keys[kid]

    def do_update(self, proc, how, kid):
        if proc.minimal:
            raise Fault('denied')
        if kid in self.keys:
            key = self.touch(proc, kid)
            key.active, key.off_by_us = False, True
            if key.owner == 'human':
                self.bad.add('(reversible) foreign key deactivated')

    def do_put(self, proc, how, kid):
        """PutSecretValue: a token that was used with the same value is a no-op, a new one becomes what consumers get."""
        if kid not in self.versions or not proc.on('token'):
            self.left[self.holds], self.holds = self.now, kid
            self.versions.append(kid)

    def do_save(self, proc, how, doc):
        if self.cas and proc.rev != self.rev:
            raise Fault('conflict')
        old, new = self.doc.get('current'), doc.get('current')
        if new != old:
            if old:
                self.demoted[old] = self.now
            if new in self.keys and not self.keys[new].proven:
                self.bad.add('I6 unproven key published')
        self.doc, self.rev = dict(doc), self.rev + 1
        proc.rev = self.rev
        self.handed |= {k for k in (new, doc.get('previous')) if k}

    # ---- invariants
    def live(self):
        cur, prev = self.doc.get('current'), self.doc.get('previous')
        for k in (cur, prev):
            if k in self.keys and self.keys[k].active:
                return True
        return not cur and not prev

    def serves(self):
        return self.holds in self.keys and self.keys[self.holds].active and self.publish

    def check(self, was_alive, proc):
        if was_alive and not self.live():
            self.bad.add('(residual) current killed by a human between check and use' if proc.hit_behind_back
                         else 'I1 document names only dead keys')

    def check_records(self):
        """I9, at the end of a run or at a crash: each of our live keys is named, or covered by an intent."""
        pend = self.doc.get('pending')
        intent = pend and not pend.get('id')
        for k, v in self.keys.items():
            recorded = k in names(self.doc) or k in self.handed or (intent and k not in pend['base'])
            if v.owner == 'us' and v.active and not recorded:
                self.bad.add('I9 live key without a record')


# ------------------------------------------------------------------------------------------------ the protocol
def safe(p):
    """The rotation of access keys. Yields operations, receives their results."""
    d = yield ('load',)
    K, now = yield ('list',)
    pend, roll, cur = d.get('pending'), None, d.get('current')

    # R0-R5 recover what an earlier run began
    if pend and p.on('lease') and now - pend['t'] < LEASE:
        raise Refuse('in progress')
    foreign = set()
    if pend and pend.get('id'):
        if pend.get('secret') and (pend['id'] in K or (yield ('verify', pend['id']))):
            roll = pend['id']                                       # a list may be stale, a signature is not
        elif pend['id'] in K:                                       # half answer: ours for certain, useless
            yield ('delete', pend['id'])
            K = {k: v for k, v in K.items() if k != pend['id']}
    elif pend:
        # an orphan is unknown to the document, younger than the intent and made within its window
        cand = [k for k in K if k not in names({**d, 'quarantine': None}) and (not p.on('evidence') or (
                k not in pend['base'] and 0 <= K[k][1] - pend['t'] <= WINDOW))]
        if len(cand) > 1:
            raise Refuse('unknown keys')                            # at most one of them is ours
        if cand:
            o, quar = cand[0], d.get('quarantine')
            try:
                used = yield ('lastused', o)
            except Fault as f:
                if f.kind == 'denied':
                    raise Refuse('unknown key')
                raise
            if used:
                foreign.add(o)                                      # nobody ever had the secret of an orphan
            elif p.on('quarantine') and not (quar and quar['id'] == o):
                if K[o][0]:
                    yield ('update', o)
                yield ('save', {**d, 'quarantine': dict(id=o, t=now)})
                raise Refuse('quarantined', clean=False)
            elif p.on('quarantine') and K[o][0] and p.on('claim'):
                foreign.add(o)                                      # re-activated after we saw it inactive
            elif p.on('quarantine') and now - quar['t'] < QUARANTINE:
                raise Refuse('quarantined')
            else:
                yield ('delete', o)
                K = {k: v for k, v in K.items() if k != o}
    if not roll:
        if pend:
            d = {**d, 'pending': None, 'quarantine': None}
        # A current key that does not work forbids every retirement
        alive = cur in K and K[cur][0] and (yield ('verify', cur))
        alive = alive or not p.on('alive')
        # What is current goes to the secret first: nothing is retired that its consumers may still use
        fault = None
        if unpublished(p, d) and (alive or not p.on('dead')):
            d, fault = yield from publish(p, d)
        if not fault or not p.on('wait'):
            d, K = yield from retire(p, d, K, now, alive)
        if fault and p.on('unpublished'):
            raise Refuse('unpublished', clean=False)                # a late PUT of this key must not find a newer one
        p.writes = 0                                                # I10 is about the rotation itself
        prev, age = d.get('previous'), p.ages
        early = cur and p.on('interval') and now - d.get('promoted', -10**9) < MIN_INTERVAL or just_published(p, d, now)
        undue = p.mode == 'due' and cur and age and alive and now - K[cur][1] < age['rotate']
        if early or undue:
            if pend:                                                # what RECOVER settled needs no reminder
                yield ('save', d)
            return 'nothing due' if undue else 'no-op'
        # V free a slot: identity chooses the victim, never age or order
        victims = []
        if len(K) >= 2:
            if p.on('identity'):
                pool = [e['id'] for e in d.get('retiring', ()) if e['id'] in K and not claimed(e, K)]
                pool += [prev] if prev in K else []
                pool += [] if p.on('own') else [k for k in K if k != cur and k not in pool]
            else:
                pool = sorted(K, key=lambda k: (K[k][1], k))
            pool = [k for k in pool if k not in foreign and (k != p.signer or not p.on('signer'))] if alive else []
            victims = pool[:len(K) - 1]
            if len(K) - len(victims) > 1 and (p.on('enough') or not victims):
                raise Refuse('quota')
        # A intent, and forget what is about to be deleted
        old = {e['id']: e for e in d.get('retiring', ()) if e['id'] in K}
        gone = {v: {**old.get(v, dict(id=v, t=now, off=None)), 'act': 'delete'} for v in victims}
        before = {**d, 'pending': None}
        d = {**d, 'retiring': [*{**old, **gone}.values()], 'pending': dict(rid=p.rid, t=now, base=sorted(K))}
        if prev in victims and p.on('forget'):
            d['previous'] = None
        if not p.on('intent'):
            d['pending'] = None
        yield ('save', d)
        for v in victims:
            try:
                yield ('delete', v)
            except Fault as f:
                if f.kind == 'denied':
                    yield ('save', before)                          # nothing was done: advertise it again
                raise
            K = {k: x for k, x in K.items() if k != v}
        # N create, once
        try:
            n, secret = yield ('create',)
        except Fault as f:
            if f.kind in ('limit', 'denied'):
                yield ('save', {**d, 'pending': None})
            if f.kind != 'lost' or p.on('once'):
                raise
            n, secret = yield ('create',)
        mine = d['pending'] or dict(rid=p.rid, t=now, base=())
        if not secret:
            if p.on('half'):
                try:
                    yield ('delete', n)
                except Fault:
                    yield ('save', {**d, 'pending': {**mine, 'id': n}})
                    raise
                yield ('save', {**d, 'pending': None})
            raise Fault('half')
        # B the secret is durable before anything else happens
        d = {**d, 'pending': {**mine, 'id': n, 'secret': True}}
        if p.on('secret first'):
            try:
                yield ('save', d)
            except Fault as f:
                if (f.kind == 'conflict' and p.on('fence')) or (f.kind == 'lost' and not p.on('uncertain')):
                    yield ('delete', n)
                raise
        roll = n
    # P prove
    if p.on('prove') and not (yield ('verify', roll)):
        if now - d['pending']['t'] > PENDING_MAX:
            entry = dict(id=roll, act='delete', t=now, off=None)
            yield ('save', {**d, 'pending': None, 'quarantine': None, 'retiring': [*d.get('retiring', ()), entry]})
            yield ('delete', roll)
        raise Refuse('not propagated', clean=False)
    # C promote
    keep = [e for e in d.get('retiring', ()) if e['id'] in K]
    cur, prev = d.get('current'), d.get('previous')
    if cur in K and K[cur][0]:
        prev = cur
    elif cur in K:
        keep.append(dict(id=cur, act='deactivate', t=now, off=now))  # switched off by a human: no longer advertised
    if prev and (prev not in K or not K[prev][0]):
        prev = None
    old = d.get('previous')
    if old in K and old not in (prev, roll):
        keep.append(dict(id=old, act='delete', t=now, off=None))     # what leaves the document stays in the ledger
    d = dict(current=roll, previous=prev, retiring=keep, promoted=now, published=d.get('published'), at=d.get('at'), failed=d.get('failed'))
    yield ('save', d)
    if unpublished(p, d):
        d, fault = yield from publish(p, d)
        if fault:
            raise fault
    return 'rotated'


def unpublished(p, d):
    return p.publish and d.get('current') and d.get('published') != d['current']


def just_published(p, d, now):
    """Consumers of the secret have not had time to take the current key, and use the one before."""
    return p.publish and p.on('time') and d.get('at') is not None and now - d['at'] < MIN_INTERVAL


def publish(p, d):
    """PUT the current key, then remember it. Returns the state and, if it was not published, the fault."""
    done = {**d, 'published': d['current'], 'at': (yield ('clock',)), 'failed': None}
    if not p.on('after'):
        yield ('save', done)
    try:
        yield ('put', d['current'])
    except Fault as fault:
        if d.get('failed') != fault.kind and p.on('after'):         # a failure that stays is noted once
            d = {**d, 'failed': fault.kind}
            yield ('save', d)
        return d, fault
    if p.on('remember') and p.on('after'):
        yield ('save', done)
    return done, None


def claimed(e, K):
    return e['off'] is not None and K[e['id']][0]


def retire(p, d, K, now, alive):
    """Finish earlier retirements, then deactivate or delete by age."""
    if not alive or just_published(p, d, now):
        return d, K
    a = p.ages
    for e in d.get('retiring', ()):
        k = e['id']
        if k not in K or k == p.signer:
            continue
        waiting = e['act'] == 'deactivate' and e['off'] is None
        if waiting and not d.get('no update'):
            d, K = yield from deactivate(p, d, K, now, k, {**d, 'no update': True})
        elif not claimed(e, K) and (e['act'] == 'delete' or (
                a and now - K[k][1] >= a['delete'] and now - (e['t'] if waiting else e['off']) >= a['delete'] - a['deactivate'])):
            yield ('delete', k)
            K = {x: v for x, v in K.items() if x != k}
    prev, since = d.get('previous'), now - max(d.get('promoted', -10**9), (p.publish and d.get('at')) or -10**9)
    if a and prev in K and prev != p.signer:
        age, full = now - K[prev][1], d
        forget = {**d, 'previous': None, 'retiring': [*d.get('retiring', ()), dict(id=prev, act='deactivate', t=now, off=None)]}
        if d.get('no update'):                                      # this policy cannot deactivate: delete at the later age
            if age >= a['delete'] and since >= a['delete'] - a['rotate']:
                forget['retiring'][-1]['act'] = 'delete'
                yield ('save', forget)
                yield ('delete', prev)
                d, K = forget, {x: v for x, v in K.items() if x != prev}
        elif K[prev][0] and age >= a['deactivate'] and since >= a['deactivate'] - a['rotate']:
            yield ('save', forget)
            d, K = yield from deactivate(p, forget, K, now, prev, {**full, 'no update': True})
    if any(e['id'] not in K for e in d.get('retiring', ())):        # what is gone needs no reminder
        d = {**d, 'retiring': [e for e in d['retiring'] if e['id'] in K]}
        yield ('save', d)
    return d, K


def deactivate(p, d, K, now, k, if_denied):
    try:
        if K[k][0]:
            yield ('update', k)
        d = {**d, 'retiring': [{**x, 'off': now} if x['id'] == k else x for x in d['retiring']]}
        K = {**K, k: (False, K[k][1])}
    except Fault as f:
        if f.kind != 'denied':
            raise
        d = if_denied                                               # nothing was done
    yield ('save', d)
    return d, K


RULES = {
    'forget':       'an id leaves the document before it is deleted',
    'interval':     'minimum interval between promotions',
    'quarantine':   'an orphan waits, deactivated, before it is deleted',
    'claim':        'a re-activated key is foreign for ever',
    'evidence':     'baseline and time window prove an orphan',
    'intent':       'intent record before create',
    'secret first': 'secret durable before anything else (commit B)',
    'own':          'only keys of this document are victims',
    'identity':     'identity, not age, chooses the victim',
    'enough':       'no victim unless a slot becomes free',
    'alive':        'nothing is retired while current does not work',
    'signer':       'the signing key is never a victim',
    'prove':        'proof before promotion',
    'once':         'create is never repeated',
    'half':         'a key without its secret is deleted by id',
    'fence':        'conflict at commit B deletes the own key',
    'uncertain':    'an uncertain commit B never deletes',
}
RULES_OF_PUBLISHING = {
    'token':        'the token of a PUT is that of its key',
    'wait':         'nothing is retired while the current key is unpublished',
    'unpublished':  'no key is made while the current one is unpublished',
    'dead':         'a key that does not work is not published',
    'time':         'nothing is retired directly after the secret has changed',
    'after':        'a PUT is remembered when it is done and not before',
    'remember':     'a PUT is remembered',
}
LIVENESS = {'half'}                                                 # without it rotation is late, never wrong


# ------------------------------------------------------------------------------------------------ negative controls
def control(victims, after=None, first=None, staged=False):
    """list -> [first] -> delete victims -> create -> write the document -> [after]. No intent, no proof."""
    def alg(p):
        d = yield ('load',)
        K, now = yield ('list',)
        cur = d.get('current')
        if first:
            K = yield from first(cur, K)
        for v in victims(d, K):
            yield ('delete', v)
        n, secret = yield ('create',)
        if not secret:
            raise Fault('half')
        yield ('save', dict(current=n, previous=cur if staged else None))
        if after and cur:
            yield ('delete', cur)
        return 'rotated'
    return alg


def off_first(cur, K):
    for k in [k for k in K if not K[k][0]]:
        yield ('delete', k)
        K = {x: v for x, v in K.items() if x != k}
    for k in [k for k in K if K[k][0]][:1]:
        yield ('update', k)
    return K


def not_current(d, K):
    rest = [k for k in K if k != d.get('current')]
    return ([d['previous']] if d.get('previous') in K else rest[:1]) if len(K) >= 2 else []


def only_previous(d, K):
    return [d['previous']] if len(K) >= 2 and d.get('previous') in K else []


def oldest(d, K):
    return [min(K, key=lambda k: (K[k][1], k))] if len(K) >= 2 else []


CONTROLS = {
    'delete a non-current key, create, store':       control(not_current, staged=True),
    'delete only previous, create, store':           control(only_previous, staged=True),
    'delete the oldest, create, store':              control(oldest),
    'delete all others, create, store':              control(lambda d, K: [k for k in K if k != d.get('current')]),
    'deactivate first, create, store':               control(lambda d, K: [], first=off_first),
    'create, store, delete the old one at once':     control(lambda d, K: [], after=True),
}


# ------------------------------------------------------------------------------------------------ exploration
class Script:
    """Replays a prefix of choices, then takes defaults; remembers what else could have been chosen."""
    def __init__(self, prefix=()):
        self.prefix, self.points = prefix, []

    def pick(self, alts, cost=1):
        i = len(self.points)
        self.points.append((len(alts), cost))
        return alts[self.prefix[i] if i < len(self.prefix) else 0]


def explore(run, budget):
    stack = [((), 0)]
    while stack:
        prefix, spent = stack.pop()
        script = Script(prefix)
        yield run(script)
        for i in range(len(prefix), len(script.points)):
            n, cost = script.points[i]
            if spent + cost <= budget:
                pad = prefix + (0,) * (i - len(prefix))
                stack.extend((pad + (c,), spent + cost) for c in range(1, n))


class Live:
    """A run in progress: advance() performs one operation."""
    def __init__(self, w, alg, p):
        self.w, self.p, self.gen, self.end = w, p, alg(p), None
        self.op, self.deleted = None, False
        self.resume(self.gen.send, None)

    def resume(self, go, value):
        try:
            self.op = go(value)
        except StopIteration as s:
            self.end = s.value
        except Refuse as r:
            self.end = 'refused: ' + r.why
            if r.why == 'quarantined':
                self.w.bad.add('(late) an orphan waits in quarantine')
            if r.clean and self.p.writes:
                self.w.bad.add('I10 refusal after a side effect')
        except Fault as f:
            self.end = 'failed: ' + f.kind
            if f.kind == 'limit' and self.deleted and not self.w.human and self.w.quota == 2:
                self.w.bad.add('I10 key deleted in vain')

    def advance(self, script=None):
        how = script.pick(self.w.alternatives(self.op, self.p)) if script else 'ok'
        self.deleted |= self.op[0] == 'delete'
        try:
            out = self.w.step(self.p, self.op, how)
        except Crash:
            self.end = 'crashed'
        except Fault as f:
            self.resume(self.gen.throw, f)
        else:
            self.resume(self.gen.send, out)

    def finish(self, script=None):
        while self.end is None:
            self.advance(script)
        self.w.check_records()
        return self.end


def notice(w):
    """The human switches a key of hers on again when we switched it off."""
    for v in w.keys.values():
        if v.owner == 'human' and v.off_by_us and not w.lazy:
            v.active, v.off_by_us = True, False


SETTLED = {}                                        # the same situation always ends the same way: settle it once


def clean_runs(w, alg, make):
    """Fault-free scheduled runs; afterwards everything must work, or the refusal must say which keys are in the way (I11)."""
    p = make('x')
    situation = (alg, p.off, p.minimal, p.signer, w.quota, w.cas, w.lazy, w.now, w.made, w.human_hit, repr(w.doc), repr(w.demoted),
                 w.publish, w.holds, *w.versions, repr(w.left), *sorted(w.handed), *((k, *(getattr(v, a) for a in Key.__slots__)) for k, v in w.keys.items()))
    if situation not in SETTLED:
        before, w.bad = w.bad, set()
        settle(w, alg, make)
        SETTLED[situation], w.bad = w.bad, before
    w.bad |= SETTLED[situation]


def settle(w, alg, make, count=4, every=7 * DAY):
    done, end = 0, ''
    for i in range(count):
        notice(w)
        w.now += every
        end = Live(w, alg, make(f'clean{i}')).finish()
        done += end == 'rotated'
        if done == 2:                                   # a full cycle worked: nothing is left to recover
            break
    if done == 2:
        mark = len(w.log)
        Live(w, alg, make('again')).finish()
        if any(op in WRITES for _, op, _ in w.log[mark:]):
            w.bad.add('I11 a run with nothing to do wrote something')
    told = end == 'refused: unknown keys' or (end == 'refused: unknown key' and make('x').minimal)
    if told:
        w.bad.add('(explicit) refusal naming keys of unknown origin')
    elif any(v.owner == 'us' and v.active and k not in names(w.doc) and k not in w.handed for k, v in w.keys.items()):
        w.bad.add('I11 orphan left')
    current = w.doc.get('current')
    if w.publish and not told and current in w.keys and w.keys[current].active and w.holds != current:
        w.bad.add('I13 the secret does not hold the current key')
    if not done and not told:
        reason = w.human_hit or make('x').signer or any(v.owner == 'human' for v in w.keys.values())
        w.bad.add('(explicit) blocked by a foreign key or a human act' if reason else 'I11 stuck')


STARTS = {                                          # keys: id -> (owner, made[, active])
    'empty':          ({}, {}),
    'C':              ({'C': ('us', -99)}, dict(current='C')),
    'C P':            ({'C': ('us', -99), 'P': ('us', -199)}, dict(current='C', previous='P')),
    'C H':            ({'C': ('us', -99), 'H': ('human', -50)}, dict(current='C')),
    'C H(inactive)':  ({'C': ('us', -99), 'H': ('human', -50, False)}, dict(current='C')),
    'H H':            ({'H0': ('human', -99), 'H9': ('human', -50)}, {}),
    'C P H (3 keys)': ({'C': ('us', -99), 'P': ('us', -199), 'H': ('human', -50)}, dict(current='C', previous='P')),
}
RECOVERIES = {                                      # what an earlier run of the protocol may have left behind
    'C, intent': (
        {'C': ('us', -99)},
        dict(current='C', pending=dict(rid='old', t=-60, base=['C']))),
    'C O, intent': (
        {'C': ('us', -99), 'O': ('us', -60)},
        dict(current='C', pending=dict(rid='old', t=-60, base=['C']))),
    'C O, quarantined': (
        {'C': ('us', -9999), 'O': ('us', -2000, False)},
        dict(current='C', quarantine=dict(id='O', t=-1900), pending=dict(rid='old', t=-2000, base=['C']))),
    'C N, secret held': (
        {'C': ('us', -99), 'N': ('us', -60)},
        dict(current='C', pending=dict(rid='old', t=-60, base=['C'], id='N', secret=True))),
    'C N, half answer': (
        {'C': ('us', -99), 'N': ('us', -60)},
        dict(current='C', pending=dict(rid='old', t=-60, base=['C'], id='N'))),
    'C P, P retiring': (
        {'C': ('us', -99), 'P': ('us', -199)},
        dict(current='C', retiring=[dict(id='P', act='delete', t=-60, off=None)],
             pending=dict(rid='old', t=-60, base=['C', 'P']))),
}
SIGNED = {'C P, signed by P': STARTS['C P']}


def publishing(start, holds, **ledger):
    """A start of a document whose inputs name a secret, with the keys that were put there, the last one last."""
    keys, doc = start
    return keys, {**doc, **ledger}, holds


PUBLISHED = {                                       # the third is what was put into the secret
    'empty, to be published':            publishing(STARTS['empty'], ()),
    'C, published':                      publishing(STARTS['C'], ('C',), published='C'),
    'C P, published':                    publishing(STARTS['C P'], ('P', 'C'), published='C'),
    'C P, never published':              publishing(STARTS['C P'], ()),
    'C P, the secret holds P':           publishing(STARTS['C P'], ('P',), published='P'),
    'C P, put and not remembered':       publishing(STARTS['C P'], ('P', 'C'), published='P'),
    'C P, publishing fails':             publishing(STARTS['C P'], ('P',), published='P', failed='denied'),
    'C H, to be published':              publishing(STARTS['C H'], ()),
    'C O, intent, published':            publishing(RECOVERIES['C O, intent'], ('C',), published='C'),
    'C N, secret held, published':       publishing(RECOVERIES['C N, secret held'], ('C',), published='C'),
    'C N, secret held, never published': publishing(RECOVERIES['C N, secret held'], ()),
    'P retiring, published':             publishing(RECOVERIES['C P, P retiring'], ('P', 'C'), published='C'),
    'P retiring, the secret holds P':    publishing(RECOVERIES['C P, P retiring'], ('P',), published='P'),
}


def fault_table(alg, budget, runs, lazy=False, off=(), minimal=False, starts=STARTS, signer=None, quota=2,
                first_bad=False, gaps=GAPS):
    """Every trace: (traces, operations, {violation: traces}); with first_bad the first violating trace, or None."""
    total, ops, agg = 0, 0, {}
    for name, (keys, doc, *secret) in starts.items():
        def one(script):
            w = World(keys, doc, quota, True, lazy, *secret)

            def make(rid):
                return Proc(rid, off=off, minimal=minimal, signer=signer)
            for i in range(runs):
                end = Live(w, alg, make(f'run{i}')).finish(script)
                if end in ('rotated', 'no-op', 'nothing due'):
                    break
                notice(w)
                w.now += script.pick(gaps, cost=0) if i + 1 < runs else 0
            clean_runs(w, alg, make)
            return w
        for w in explore(one, budget):
            total, ops = total + 1, ops + w.ops
            for b in w.bad:
                agg[b] = agg.get(b, 0) + 1
            if first_bad and hard(dict.fromkeys(w.bad, 1)):
                return name, w
    return None if first_bad else (total, ops, agg)


def hard(agg):
    return {k: v for k, v in sorted(agg.items()) if not k.startswith('(')}


def show(label, total, agg):
    print(f'{label}: {total:,} traces')
    for k, v in sorted(agg.items()):
        print(f'    {k:52s} {v:8,}')


def race_table(alg, cas=True, quota=2, off=(), starts=None):
    """Two processes of the same document, every interleaving, no injected fault."""
    agg, outcomes, total = {}, {}, 0
    starts = starts or {**STARTS, **(RECOVERIES if alg is safe and cas and quota == 2 else {})}
    for keys, doc, *secret in starts.values():
        def one(script):
            w = World(keys, doc, quota, cas, False, *secret)
            live = [Live(w, alg, Proc(f'p{i}', off=off)) for i in (1, 2)]
            while any(x.end is None for x in live):
                script.pick([x for x in live if x.end is None], cost=0).advance()
            w.check_records()
            clean_runs(w, alg, lambda rid: Proc(rid, off=off))
            return w, tuple(sorted('rotated' if x.end == 'rotated' else 'declined' for x in live))
        for w, ends in explore(one, 0):
            total += 1
            outcomes[ends] = outcomes.get(ends, 0) + 1
            for b in w.bad:
                agg[b] = agg.get(b, 0) + 1
    return total, outcomes, agg


def freeze_table(alg, cas=True, off=(), budget=2, first_bad=False, starts=None, human=False):
    """Process 1 is frozen after each of its operations; the lease expires; other runs follow; then process 1 resumes and
    acts on what it read long ago. At most `budget` faults, in process 1 before the freeze or in the runs that follow.
    With `human` one of them may be an act of the human."""
    agg, total = {}, 0
    pauses = ((LEASE + 1,), (2 * DAY,), (LEASE + 1, 2 * DAY), (2 * DAY, 2 * DAY))
    for name, (keys, doc, *secret) in (starts or {**STARTS, **RECOVERIES}).items():
        for frozen_at in range(16):
            def one(script):
                w = World(keys, doc, 2, cas, False, *secret)
                w.human = not human                             # elsewhere nobody else acts: see `faults`
                first = Live(w, alg, Proc('frozen', off=off))
                for _ in range(frozen_at):
                    if first.end is None:
                        first.advance(script)
                if first.end is not None:
                    return None
                for i, pause in enumerate(script.pick(pauses, cost=0)):
                    w.now += pause
                    Live(w, alg, Proc(f'second{i}', off=off)).finish(script)
                first.finish()
                clean_runs(w, alg, lambda rid: Proc(rid, off=off))
                return w
            for w in explore(one, budget):
                if w:
                    total += 1
                    for b in w.bad:
                        agg[b] = agg.get(b, 0) + 1
                    if first_bad and hard(dict.fromkeys(w.bad, 1)):
                        return name, w
    return None if first_bad else (total, agg)


# ------------------------------------------------------------------------------------------------ maintenance by age
AGED = {
    'rotation due':                  ({'C': ('us', -90 * DAY)}, dict(current='C', promoted=-90 * DAY)),
    'deactivation due':              ({'C': ('us', -10 * DAY - 99), 'P': ('us', -100 * DAY - 99)},
                                      dict(current='C', previous='P', promoted=-10 * DAY - 99)),
    'deletion due':                  ({'C': ('us', -20 * DAY - 99), 'P': ('us', -110 * DAY - 99, False)},
                                      dict(current='C', promoted=-20 * DAY - 99,
                                           retiring=[dict(id='P', act='deactivate', t=-10 * DAY - 99, off=-10 * DAY - 99)])),
    're-activated by a human':       ({'C': ('us', -20 * DAY - 99), 'P': ('us', -110 * DAY - 99, True)},
                                      dict(current='C', promoted=-20 * DAY - 99,
                                           retiring=[dict(id='P', act='deactivate', t=-10 * DAY - 99, off=-10 * DAY - 99)])),
    'all due at once (late cron)':   ({'C': ('us', -95 * DAY), 'P': ('us', -190 * DAY)},
                                      dict(current='C', previous='P', promoted=-95 * DAY)),
    'nothing due':                   ({'C': ('us', -5 * DAY), 'P': ('us', -95 * DAY)},
                                      dict(current='C', previous='P', promoted=-5 * DAY)),
}


AGED_PUBLISHED = {
    'rotation due':                  publishing(AGED['rotation due'], ('C',), published='C'),
    'deactivation due, published':   publishing(AGED['deactivation due'], ('P', 'C'), published='C'),
    'deactivation due, holds P':     publishing(AGED['deactivation due'], ('P',), published='P'),
    'deletion due, never published': publishing(AGED['deletion due'], ()),
    'deletion due, holds P':         publishing(AGED['deletion due'], ('P',), published='P'),
    'nothing due, unpublished':      publishing(AGED['nothing due'], ('P',), published='P'),
}


def ages_table(budget=2, runs=2, minimal=False, starts=AGED):
    agg, total = {}, 0
    for name, (keys, doc, *secret) in starts.items():
        def one(script):
            w = World(keys, doc, 2, True, False, *secret)
            for i in range(runs):
                if not Live(w, safe, Proc(f'run{i}', 'due', AGES, minimal=minimal)).finish(script).startswith(('crashed', 'failed', 'refused')):
                    break
                notice(w)
                w.now += script.pick(GAPS, cost=0) if i + 1 < runs else 0
            for day in range(25):                               # daily fault-free runs, repeated at once if they did something
                notice(w)
                w.now += DAY
                wrote = []
                for i in range(3 if day < 3 else 1):
                    p = Proc(f'day{day}.{i}', 'due', AGES, minimal=minimal)
                    mark = len(w.log)
                    end = Live(w, safe, p).finish()
                    wrote.append(any(op in WRITES for _, op, _ in w.log[mark:]))
                    if not wrote[-1]:
                        break
                if wrote[-1] and len(wrote) == 3:               # one run may finish what waited for a live current
                    w.bad.add('I11 the third run in a row wrote something')
            if w.publish and w.doc['current'] in w.keys and w.keys[w.doc['current']].active and w.holds != w.doc['current']:
                w.bad.add('I13 the secret does not hold the current key')
            for k, v in w.keys.items():                         # by now everything that is due has happened
                too_old = w.now - v.made > AGES['delete'] + 25 * DAY and k != w.doc.get('current')
                claim = name == 're-activated by a human' and k == 'P'
                if v.owner == 'us' and too_old and not claim and not w.human_hit:
                    w.bad.add('I11 a key outlived its age')
                if name == 're-activated by a human' and 'P' not in w.keys:
                    w.bad.add('I3 a re-activated key was deleted')
            return w
        for w in explore(one, budget):
            total += 1
            for b in w.bad:
                agg[b] = agg.get(b, 0) + 1
    return total, agg


def year(days=400, skip=(), minimal=False):
    """One daily `due` run without faults; returns the days on which something happened."""
    w = World({'C': ('us', 0)}, dict(current='C', promoted=0))
    w.keys['C'].proven = True
    done = {'rotated': [], 'deactivated': [], 'deleted': []}
    for day in range(1, days + 1):
        w.now = day * DAY
        if day in skip:
            continue
        mark = len(w.log)
        end = Live(w, safe, Proc(f'd{day}', 'due', AGES, minimal=minimal)).finish()
        ops = [op for _, op, _ in w.log[mark:]]
        done['rotated'] += [day] * (end == 'rotated')
        done['deactivated'] += [day] * (0 if minimal else ops.count('update'))
        done['deleted'] += [day] * ops.count('delete')
    return done, hard({b: 1 for b in w.bad})


# ------------------------------------------------------------------------------------------------ passwords
def password(p):
    """The new password is in the document before AWS hears of it."""
    d = yield ('load',)
    left = list(d.get('pending', ()))                           # candidates of an earlier run: one may be in force
    pw = left[-1] if left else p.fresh()
    if not left:
        yield ('save', {**d, 'pending': [pw]})
    try:
        yield ('set', pw)
    except Fault as f:
        if f.kind == 'denied' and not left:                     # definite, and nothing else was ever tried
            yield ('save', {**d, 'pending': []})
        if f.kind != 'refused':
            raise
        pw = p.fresh()                                          # an old candidate may be refused because it is in force
        yield ('save', {**d, 'pending': [*left, pw] if p.on('keep') else [pw]})
        try:
            yield ('set', pw)
        except Fault as f:
            if f.kind in ('denied', 'refused'):
                yield ('save', {**d, 'pending': left})
            raise
    yield ('save', dict(current=pw, pending=[]))
    return 'rotated'


def password_late(p):
    """Negative control: tell AWS first, write the document afterwards."""
    d = yield ('load',)
    pw = p.fresh()
    yield ('set', pw)
    yield ('save', dict(current=pw, pending=[]))
    return 'rotated'


class Console:
    """One login profile. `reuse`: AWS refuses the password that is already in force."""
    def __init__(self, reuse):
        self.reuse, self.doc, self.live, self.count = reuse, dict(current='w0', pending=[]), 'w0', 0
        self.bad, self.ops, self.doc_rev = set(), 0, 0

    def fresh(self):
        self.count += 1
        return f'w{self.count}'

    def step(self, p, op, how):
        self.ops += 1
        if op[0] == 'load':
            return self.doc
        if how == 'lost0':
            raise Fault('lost')
        if how == 'denied':
            raise Fault('denied')
        if op[0] == 'set':
            if how == 'refused' or (self.reuse and op[1] == self.live):
                raise Fault('refused')
            self.live = op[1]
        else:
            self.doc = dict(op[1])
        if self.live not in [self.doc['current'], *self.doc['pending']]:
            self.bad.add('password in force is not in the document')
        if how == 'crash':
            raise Crash
        if how == 'lost1':
            raise Fault('lost')


def password_table(alg, budget=3, runs=3, off=()):
    agg, total = {}, 0
    for reuse in (False, True):
        def one(script):
            c = Console(reuse)
            for i in range(runs + 2):
                faulty = i < runs
                p = Proc(f'run{i}', off=off)
                p.fresh = c.fresh
                gen, send, exc, end = alg(p), None, None, None
                while end is None:
                    try:
                        op = gen.throw(exc) if exc else gen.send(send)
                        send = exc = None
                    except StopIteration as s:
                        end = s.value
                        break
                    except Fault as f:
                        end = f.kind
                        break
                    alts = {'load': ('ok',), 'save': ('ok', 'crash', 'lost0', 'lost1'),
                            'set': ('ok', 'crash', 'lost0', 'lost1', 'denied', 'refused')}[op[0]]
                    try:
                        send = c.step(p, op, script.pick(alts) if faulty else 'ok')
                    except Crash:
                        end = 'crashed'
                    except Fault as f:
                        exc = f
                if not faulty and end == 'rotated':
                    break
            if end != 'rotated':
                c.bad.add('stuck')
            if c.live != c.doc['current']:
                c.bad.add('current is not the password in force after clean runs')
            return c
        for c in explore(one, budget):
            total += 1
            for b in c.bad:
                agg[b] = agg.get(b, 0) + 1
    return total, agg


# ------------------------------------------------------------------------------------------------ reports
TALLY = dict(traces=0, operations=0, controls=0, controls_failed=0, mutants=0, mutants_killed=0, protocol_violations=0)
FAILED = []


def expect(ok, what):
    if not ok:
        FAILED.append(what)
        print('    UNEXPECTED:', what)


def protocol(label, n, agg, ops=0, allowed=()):
    """A table of the protocol itself: no hard violation is acceptable."""
    show(label + (f' ({ops:,} operations)' if ops else ''), n, agg)
    bad = {k: v for k, v in hard(agg).items() if k not in allowed}
    TALLY['traces'] += n
    TALLY['operations'] += ops
    TALLY['protocol_violations'] += sum(bad.values())
    expect(not bad, label)


def negative(label, n, agg):
    """A table of a negative control: at least one hard violation must appear."""
    show('control: ' + label, n, agg)
    TALLY['controls'] += 1
    TALLY['controls_failed'] += bool(hard(agg))
    expect(hard(agg), 'control must fail: ' + label)


def faults(budget=3, runs=3):
    print('# faults: all starts, <= 2 faults in <= 2 runs')
    every = {**STARTS, **RECOVERIES}
    for label, kw in {'protocol': dict(starts=every), 'protocol, five permissions only': dict(starts=every, minimal=True),
                      'protocol, quota of three keys': dict(starts=every, quota=3),
                      'protocol, signed by the previous key': dict(starts=SIGNED, signer='P')}.items():
        n, ops, agg = fault_table(safe, 2, 2, **kw)
        protocol(label, n, agg, ops)
    n, ops, agg = fault_table(safe, 2, 2, lazy=True)
    protocol('protocol, a human never notices that her key is off (documented limit)', n, agg, ops, allowed=('I3 foreign key deleted',))
    for label, alg in CONTROLS.items():
        n, ops, agg = fault_table(alg, 2, 2)
        negative(label, n, agg)
    if budget > 2:
        print(f'# faults: from {{C P}}, <= {budget} faults in <= {runs} runs')
        n, ops, agg = fault_table(safe, budget, runs, starts={'C P': STARTS['C P']}, gaps=GAPS[:2])
        protocol('protocol, deep', n, agg, ops)


def mutate():
    print('# mutate: each protective rule removed; a killed mutant shows one trace that kills it')
    rec = {**STARTS, **RECOVERIES}
    soft = {k: v for k, v in fault_table(safe, 1, 2, starts=rec)[2].items() if k.startswith(('(rev', '(late', '(expl'))}
    for rule, text in RULES.items():
        off, hit = (rule,), None
        for budget in (0, 1) if rule in LIVENESS else (0, 1, 2):
            hit = (fault_table(safe, budget, 1 + (budget > 0), off=off, starts=rec, first_bad=True)
                   or fault_table(safe, budget, 1, off=off, starts=SIGNED, signer='P', first_bad=True)
                   or freeze_table(safe, off=off, budget=budget, first_bad=True))
            if hit:
                break
        if hit:
            start, w = hit
            trace = [f'{rid}.{op}:{how}' for rid, op, how in w.log if how != 'ok']
            trace += ['freeze'] * any(rid == 'frozen' for rid, _, _ in w.log)
            verdict = f'KILLED by {", ".join(hard(dict.fromkeys(w.bad, 1)))}; start {{{start}}}, faults {trace or "none"}'
        else:
            agg = fault_table(safe, 1, 2, off=off, starts=rec)[2]
            more = {k: agg.get(k, 0) - v for k, v in soft.items() if agg.get(k, 0) > v}
            verdict = f'killed softly: {", ".join(f"{k} {v:+,}" for k, v in more.items())}' if more else 'SURVIVES'
        TALLY['mutants'] += 1
        TALLY['mutants_killed'] += 'SURVIVES' not in verdict
        print(f'    {rule:13s} {text:52s} {verdict}')
        expect('SURVIVES' not in verdict, 'mutant survives: ' + rule)


def race():
    print('# race: two rotators, all interleavings')
    for label, alg in {'protocol': safe, **{k: CONTROLS[k] for k in list(CONTROLS)[:3]}}.items():
        for cas, quota in ((True, 2), (True, 3), (False, 2)):
            n, outcomes, agg = race_table(alg, cas, quota)
            ends = ' / '.join(f'{v:,} {k[0]} + {k[1]}' for k, v in outcomes.items())
            report = protocol if alg is safe and cas else negative
            report(f'{label}; {"compare-and-swap" if cas else "last writer wins"}; quota {quota}; {ends}', n, agg)


def freeze():
    print('# freeze: <= 2 faults; process 1 frozen after each operation, the lease expires, others run, process 1 resumes')
    protocol('protocol', *freeze_table(safe))
    negative('protocol with last writer wins', *freeze_table(safe, cas=False, budget=1))


KILLED_BY_A_FREEZE = ('I1 document names only dead keys', 'I3 foreign key deleted', 'I12 the key that the secret holds killed',
                      'I12 the secret holds a dead key instead of a live one', 'I13 the secret does not hold the current key')


def publish_table(off, budget, first_bad=True):
    """The first trace that violates something without a rule, in any of the tables of publishing."""
    kw = dict(off=off, starts=PUBLISHED, budget=budget, first_bad=first_bad)
    return fault_table(safe, runs=1 + (budget > 0), **kw) or freeze_table(safe, **kw)


def publishes():
    print('# publish: the current key goes to a secret; <= 2 faults in <= 2 runs, two rotators, freezes, ages')
    n, ops, agg = fault_table(safe, 2, 2, starts=PUBLISHED)
    protocol('protocol', n, agg, ops)
    n, ops, agg = fault_table(safe, 2, 2, starts=PUBLISHED, minimal=True)
    protocol('protocol, five permissions only', n, agg, ops)
    n, outcomes, agg = race_table(safe, starts={k: v for k, v in PUBLISHED.items() if not v[1].get('retiring') and not v[1].get('pending')})
    protocol('two rotators; ' + ' / '.join(f'{v:,} {k[0]} + {k[1]}' for k, v in outcomes.items()), n, agg)
    protocol('frozen after each operation, <= 1 fault', *freeze_table(safe, starts=PUBLISHED, budget=1))
    protocol('by age', *ages_table(starts=AGED_PUBLISHED))
    n, agg = freeze_table(safe, budget=1, starts=PUBLISHED, human=True)
    protocol('frozen between a check and a call, and a human ends that very key meanwhile (documented limit)', n, agg, allowed=KILLED_BY_A_FREEZE)
    without(RULES_OF_PUBLISHING, publish_table)


def without(rules, table):
    """Remove each rule; a killed mutant shows one trace that kills it."""
    for rule, text in rules.items():
        hit = table((rule,), 0) or table((rule,), 1) or table((rule,), 2)
        if hit:
            start, w = hit
            trace = [f'{rid}.{op}:{how}' for rid, op, how in w.log if how != 'ok'] + ['freeze'] * any(rid == 'frozen' for rid, _, _ in w.log)
            verdict = f'KILLED by {", ".join(hard(dict.fromkeys(w.bad, 1)))}; start {{{start}}}, faults {trace or "none"}'
        else:
            verdict = 'SURVIVES'
        TALLY['mutants'] += 1
        TALLY['mutants_killed'] += bool(hit)
        print(f'    {rule:13s} {text:56s} {verdict}')
        expect(hit, 'mutant survives: ' + rule)


def quick():
    print('# quick: <= 1 fault in <= 2 runs; the rules of publishing')
    n, ops, agg = fault_table(safe, 1, 2, starts={**STARTS, **RECOVERIES})
    protocol('protocol', n, agg, ops)
    n, ops, agg = fault_table(safe, 1, 2, starts=PUBLISHED)
    protocol('publish', n, agg, ops)
    protocol('publish, frozen after each operation', *freeze_table(safe, starts=PUBLISHED, budget=0))
    protocol('publish, by age', *ages_table(budget=1, starts=AGED_PUBLISHED))
    without(RULES_OF_PUBLISHING, publish_table)


def ages():
    print('# ages: `due` runs with 90/100/110 days, <= 2 faults in <= 2 runs, then 25 daily runs, the first three repeated at once')
    for minimal in (False, True):
        protocol('protocol' + (', five permissions only' if minimal else ''), *ages_table(minimal=minimal))
    for label, kw in (('daily cron', {}), ('cron down from day 85 to day 130', dict(skip=range(85, 131))),
                      ('daily cron, five permissions only', dict(minimal=True))):
        done, bad = year(**kw)
        print(f'    400 days, {label}: {done}, violations {bad}')
        expect(not bad, 'year')


def passwords():
    print('# passwords: <= 3 faults in <= 3 runs, with and without reuse prevention')
    protocol('protocol', *password_table(password))
    negative('set first, store afterwards', *password_table(password_late))
    negative('an old candidate is dropped when it is refused', *password_table(password, off=('keep',)))


def main(args):
    what = args[0] if args else 'all'
    known = dict(faults=faults, mutate=mutate, race=race, freeze=freeze, ages=ages, publish=publishes, passwords=passwords, quick=quick)
    if what != 'all' and what not in known:
        sys.exit(__doc__)
    began = time.time()
    for name, run in known.items():
        if what == name or what == 'all' and name != 'quick':
            t = time.time()
            run(*map(int, args[1:])) if what == name else run()
            print(f'    [{name}: {time.time() - t:.0f} s]\n')
    print('# summary')
    for k, v in TALLY.items():
        print(f'    {k:22s} {v:12,}')
    print(f'{"ALL EXPECTATIONS MET" if not FAILED else "FAILED: " + "; ".join(FAILED)} in {time.time() - began:.0f} s')
    sys.exit(bool(FAILED))


if __name__ == '__main__':
    main(sys.argv[1:])
