import {
  Alarm,
  type AlarmActionConfig,
  ComparisonOperator,
  type IAlarmAction,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'

/** An alarm, and what is to be known of it. */
export interface AlarmKind {
  /** Also the heading of its article in the runbook. */
  readonly id: string
  readonly metric: IMetric
  /** What has happened, in words. */
  readonly happened: string
  /** Where to look. */
  readonly link: string
  readonly threshold: number
  readonly evaluationPeriods: number
  readonly datapointsToAlarm?: number
}

export interface AlarmsProps {
  readonly deployment: string
  readonly kinds: readonly AlarmKind[]
  /** Where the runbook is; its articles are anchors. */
  readonly runbook: string
  /** Told of each change of an alarm. @default - nobody */
  readonly topicArn?: string
}

/** Alarms, each on one metric: every metric of an alarm costs 0.10 USD a month. Silence is no fault: an idle deployment says nothing. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { deployment, kinds, runbook, topicArn }: AlarmsProps) {
    super(scope, id)
    for (const kind of kinds) {
      const alarm = new Alarm(this, kind.id, {
        alarmName: `${deployment}-${kind.id}`,
        alarmDescription: `${kind.happened}\n\nWhat to do: ${runbook}#${kind.id}\nWhere to look: ${kind.link}`,
        metric: kind.metric,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        threshold: kind.threshold,
        evaluationPeriods: kind.evaluationPeriods,
        datapointsToAlarm: kind.datapointsToAlarm ?? kind.evaluationPeriods,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      })
      if (topicArn !== undefined) {
        const topic: IAlarmAction = { bind: (): AlarmActionConfig => ({ alarmActionArn: topicArn }) }
        alarm.addAlarmAction(topic)
        alarm.addOkAction(topic)
      }
    }
  }
}
